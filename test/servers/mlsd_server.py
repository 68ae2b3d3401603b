"""An FTP server by pyftpdlib on a free port; prints the port once it listens. Arguments: folder, username, password."""
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

folder, username, password = sys.argv[1:]
authorizer = DummyAuthorizer()
authorizer.add_user(username, password, folder, perm="elradfmwMT")


class Handler(FTPHandler):
    pass


Handler.authorizer = authorizer
Handler.auth_failed_timeout = 0
server = FTPServer(("127.0.0.1", 0), Handler)
print(server.socket.getsockname()[1], flush=True)
server.serve_forever()
