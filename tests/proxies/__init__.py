"""Hallpass behind real proxies: nginx, HAProxy and Caddy with the configurations that `hallpass proxy-config` prints."""
