/*
 * container.c - the check container: interfaces that end in a container, a virtual machine's network or a
 * tunnel, which often do not pass multicast on, and what is known of each kind.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/checks.h"

/* Docker names the bridge of a network of its own br- and twelve hexadecimal digits. */
#define DOCKER_NETWORK "br-"
#define DOCKER_DIGITS 12

/* A kind of interface (IFLA_INFO_KIND), or the beginning of a name that such networks give theirs. */
struct kind {
	const char *kind, *prefix; /* NULL: any */
	enum verdict verdict;
	const char *text, *advice;
};

static const struct kind kinds[] = {
	{ "bridge", "docker", VERDICT_WARNING,
	  "is Docker's bridge: multicast does not get from it to other networks",
	  "run the container with --network host, or attach it to the network itself with macvlan" },
	{ "bridge", DOCKER_NETWORK, VERDICT_WARNING,
	  "looks like a bridge of a Docker network: multicast does not get from it to other networks",
	  "run the container with --network host, or attach it to the network itself with macvlan" },
	{ "bridge", "virbr", VERDICT_WARNING,
	  "is libvirt's bridge with address translation: multicast does not get from it to other networks",
	  "attach the virtual machine to a bridge of the network itself" },
	{ "bridge", "cni", VERDICT_WARNING,
	  "is a container network's bridge: multicast does not get from it to other nodes",
	  "use hostNetwork: true, or a second interface (macvlan) for the pod" },
	{ NULL, "flannel", VERDICT_WARNING, "is an overlay that does not pass multicast on",
	  "use hostNetwork: true, or a second interface (macvlan) for the pod" },
	{ NULL, "cali", VERDICT_WARNING, "is Calico's, which does not pass multicast on",
	  "use hostNetwork: true, or a second interface (macvlan) for the pod" },
	{ "wireguard", NULL, VERDICT_WARNING,
	  "is a WireGuard tunnel: multicast goes to the one peer whose AllowedIPs have the group, if any",
	  "carry multicast through the tunnel by routing it at both ends (a GRE tunnel inside, PIM)" },
	{ "tun", NULL, VERDICT_WARNING, "is a tunnel of a program, which often passes no multicast on",
	  "look at what that program says of multicast" },
	{ "vxlan", NULL, VERDICT_OK,
	  "is a VXLAN: it floods multicast to all its peers, if it has a group or peers set", NULL },
	{ "macvlan", NULL, VERDICT_OK,
	  "is a macvlan: it gets what its network gets, but the machine below does not hear it, nor it "
	  "that machine",
	  NULL },
	{ "ipvlan", NULL, VERDICT_OK,
	  "is an ipvlan: it gets what its network gets, but the machine below does not hear it, nor it "
	  "that machine",
	  NULL },
};

static bool begins(const char *name, const char *prefix)
{
	const char *rest = name + strlen(prefix);

	if (strncmp(name, prefix, strlen(prefix)))
		return false;
	return strcmp(prefix, DOCKER_NETWORK) ||
	       (strlen(rest) == DOCKER_DIGITS && strspn(rest, "0123456789abcdef") == DOCKER_DIGITS);
}

static const struct kind *kind_of(const struct mc_iface *i)
{
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		const struct kind *v = &kinds[k];

		if ((!v->kind || !strcmp(v->kind, i->kind)) && (!v->prefix || begins(i->name, v->prefix)))
			return v;
	}
	return NULL;
}

/* The files by which Docker and Podman mark their containers: they speak of the network namespace that the
 * container was started in, not of others made inside it. */
static const char *container_file(void)
{
	static const char *const files[] = { "/.dockerenv", "/run/.containerenv" };

	if (mc_netns_of(1) != mc_netns_of(0))
		return NULL;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (access(files[i], F_OK) == 0)
			return files[i];
	return NULL;
}

/* An end of a veth pair whose other end is elsewhere. Which of the two is the container cannot be told
 * from here, but by the files of those that mark theirs. */
static void tell_pair(struct findings *out, const struct mc_iface *i)
{
	const char *file = container_file();
	struct finding *x =
		find(out, file ? VERDICT_WARNING : VERDICT_OK,
		     file ? "%s leads out of a container, by a network that may not pass multicast on" :
			    "%s is one end of a pair: what lies behind it is another network namespace's",
		     i->name);

	x->ifindex = i->index;
	find_saw(x, "interface (netlink)", "veth, the other end in another network namespace");
	if (file)
		find_saw(x, file, "is there");
	find_advise(x,
		    file ? "run the container with --network host, or attach it to the network itself with "
			   "macvlan" :
			   "run mcast doctor there, too");
}

static void tell(struct findings *out, const struct mc_iface *i, const struct kind *k)
{
	struct finding *x = find(out, k->verdict, "%s %s", i->name, k->text);

	x->ifindex = i->index;
	find_saw(x, "interface (netlink)", "kind %s", i->kind[0] ? i->kind : "not told");
	if (k->advice)
		find_advise(x, "%s", k->advice);
}

static bool expected(const struct look *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->aims.n; i++)
		if (l->aims.v[i].expected == ifindex)
			return true;
	return false;
}

void check_container(const struct look *l, struct findings *out)
{
	size_t told = 0;

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(l->ifs, i));) {
		const struct kind *k = kind_of(i);

		if (!expected(l, i->index))
			continue;
		if (k)
			tell(out, i, k), told++;
		else if (i->beyond && !strcmp(i->kind, "veth"))
			tell_pair(out, i), told++;
	}
	if (!told)
		find(out, VERDICT_OK,
		     "no container, tunnel or virtual network in the path, as far as this machine knows");
}
