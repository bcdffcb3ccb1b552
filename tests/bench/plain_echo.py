"""An echo server as a user would write it in Python, one of the peers of `./dev bench echo`:
bind to any, join, then recvfrom and sendto for ever. With --log it tells a logger of each
datagram, at level debug, into /dev/null. IPv4; the route to the group chooses the interface.

Its receive buffer is as large as `mcast serve` asks for, as plain_echo.c's is.
"""
import argparse
import logging
import socket

RCVBUF = 4 << 20
SO_RCVBUFFORCE = 33  # not in the module; needs a privilege and is not cut by the system's maximum


def open_socket(group, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RCVBUF)
    sock.bind(("", port))
    join = socket.inet_aton(group) + socket.inet_aton("0.0.0.0")
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
    return sock


def echo(sock):
    while True:
        data, address = sock.recvfrom(65536)
        sock.sendto(data, address)


def echo_and_log(sock):
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(filename="/dev/null", level=logging.DEBUG, format=form)
    logger = logging.getLogger("echo")
    while True:
        data, address = sock.recvfrom(65536)
        logger.debug("%d bytes from %s", len(data), address)
        sock.sendto(data, address)


def main():
    parser = argparse.ArgumentParser(prog="plain_echo.py")
    parser.add_argument("group")
    parser.add_argument("port", type=int)
    parser.add_argument("--log", action="store_true")
    args = parser.parse_args()
    sock = open_socket(args.group, args.port)
    (echo_and_log if args.log else echo)(sock)


if __name__ == "__main__":
    main()
