"""What the proxy tests share: an application that tells what reached it, proxies, Hallpass with its rules."""
