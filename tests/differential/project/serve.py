"""A plain threaded WSGI server: `python -m project.serve 127.0.0.1:PORT` inside `tests/differential`.

It adds nothing to an answer and refuses nothing that Django could judge, which keeps the comparison one with Django and
not with somebody's server. Connections stay open; repeated headers are joined with a comma, cookies with `; `."""
import io
import os
import socketserver
import sys
import traceback
from urllib.parse import unquote_to_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
HEAD_LIMIT = 4 << 20


class Handler(socketserver.StreamRequestHandler):
    application = None
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self):
        while self.one_request():
            pass

    def one_request(self):
        """Answers one request; false when the connection is to be closed."""
        line = self.rfile.readline(HEAD_LIMIT)
        if not line.strip():
            return False
        method, target, _version = line.decode("latin-1").rstrip("\r\n").split(" ", 2)
        headers = self.headers()
        environ = self.environ(method, target, headers)
        body = self.rfile.read(int(headers.get("CONTENT_LENGTH") or 0))
        if "chunked" in headers.get("HTTP_TRANSFER_ENCODING", ""):
            body = self.chunks()
        environ["wsgi.input"] = io.BytesIO(body)
        self.answer(method, *run(self.application, environ))
        return headers.get("HTTP_CONNECTION", "").lower() != "close"

    def headers(self):
        found = {}
        while line := self.rfile.readline(HEAD_LIMIT).rstrip(b"\r\n").decode("latin-1"):
            name, _, value = line.partition(":")
            if "_" in name:
                continue  # could be taken for another header, so every server drops it
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            value = value.strip(" \t")
            joint = "; " if key == "HTTP_COOKIE" else ","
            found[key] = f"{found[key]}{joint}{value}" if key in found else value
        return found

    def chunks(self):
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def environ(self, method, target, headers):
        path, _, query = target.partition("?")
        return {
            **headers,
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_address[1]),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def answer(self, method, status, headers, body):
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("Content-Length", str(len(body)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.wfile.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + (b"" if method == "HEAD" else body))
        self.wfile.flush()


def run(application, environ):
    """Status, headers and body. What Django itself lets escape is 500, as at any WSGI server: its page for errors may
    fail over the same form as the view."""
    started = []
    try:
        answer = application(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
    except Exception:
        traceback.print_exc()
        return "500 Internal Server Error", [], b""
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    return (*started[-1], body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def main(address):
    from django.core.wsgi import get_wsgi_application

    Handler.application = get_wsgi_application()
    import project.urls  # noqa: F401  mistakes in the views end the program here, not in an answer

    host, _, port = address.rpartition(":")
    with Server((host, int(port)), Handler) as server:
        print(f"listening on http://{host}:{server.server_address[1]}", flush=True)
        server.serve_forever(poll_interval=3600)


if __name__ == "__main__":
    main(sys.argv[1])
