/*
 * route.c - by which way the kernel would send, learnt from a connection of a UDP socket, which sends
 * nothing.
 */
#include "route.h"

#include <errno.h>
#include <mcast/sock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sockaddr.h"
#include "pick.h"

int route_source(const struct mc_addr *group, uint16_t port, uint32_t ifindex, const struct mc_addr *bind,
		 struct mc_addr *ret)
{
	struct sockaddr_storage sa;
	struct mc_sock_conf conf;
	uint16_t own;

	mc_sock_conf_init(&conf);
	conf.family = group->family;
	conf.bind = *bind;
	conf.ifindex = ifindex;
	int fd = mc_sock_open(&conf);

	if (fd < 0)
		return fd;
	socklen_t len = mc_sa_put(&sa, group, port, ifindex);
	int r = connect(fd, (struct sockaddr *)&sa, len) ? -errno : mc_sock_local(fd, ret, &own);

	close(fd);
	return r;
}

const struct mc_iface *route_iface(const struct mc_ifaces *ifs, const struct mc_addr *source)
{
	const struct mc_iface *by = NULL;

	pick_owners(ifs, source, &by);
	return by && by->loopback && !mc_addr_is_loopback(source) ? NULL : by;
}
