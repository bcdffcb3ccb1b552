/*
 * rules.c - the rules of nftables, through libnftables, and what it leaves out: the devices of base chains
 * and the flags of tables, which libnftables 1.0 does not have in its JSON, or has wrong, by netlink; the
 * names of the older tables, which are no part of nftables, by /proc. It judges nothing; rules_none.c
 * stands in where libnftables is not there.
 *
 * libnftables ends the program where it cannot open its socket: so netlink is asked first.
 */
#include "doctor/rules.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>
#include <string.h>

#include "net/dump.h"

/* ---- devices of chains, flags of tables ------------------------------------------------------ */

static json_t *text_of(const struct nlattr *a)
{
	return json_stringn(mnl_attr_get_payload(a),
			    strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a)));
}

static void take_hook(const struct nlattr *hook, json_t *devices)
{
	const struct nlattr *a, *b;

	MC_EACH_NESTED(a, hook) {
		if (mnl_attr_get_type(a) == NFTA_HOOK_DEV)
			json_array_append_new(devices, text_of(a));
		if (mnl_attr_get_type(a) != NFTA_HOOK_DEVS)
			continue;
		MC_EACH_NESTED(b, a)
			json_array_append_new(devices, text_of(b));
	}
}

static const char *family_name(uint8_t family)
{
	static const char *const names[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",       [NFPROTO_ARP] = "arp",
		[NFPROTO_NETDEV] = "netdev", [NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};

	return family < sizeof names / sizeof *names && names[family] ? names[family] : "";
}

/* Adds {"family", "table", "name", "dev"} of a chain. */
static int take_chain(const struct nlmsghdr *h, void *arg)
{
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(h);
	json_t *one = json_object(), *devices = json_array();
	const struct nlattr *a;

	json_object_set_new(one, "family", json_string(family_name(g->nfgen_family)));
	json_object_set_new(one, "dev", devices);
	MC_EACH_ATTR(a, h, sizeof *g) {
		if (mnl_attr_get_type(a) == NFTA_CHAIN_TABLE)
			json_object_set_new(one, "table", text_of(a));
		else if (mnl_attr_get_type(a) == NFTA_CHAIN_NAME)
			json_object_set_new(one, "name", text_of(a));
		else if (mnl_attr_get_type(a) == NFTA_CHAIN_HOOK)
			take_hook(a, devices);
	}
	if (json_array_size(devices))
		json_array_append(arg, one);
	json_decref(one);
	return MNL_CB_OK;
}

/* Adds {"family", "name", "flags"} of a table that has some. */
static int take_table(const struct nlmsghdr *h, void *arg)
{
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(h);
	json_t *one = json_object(), *flags = json_array();
	const struct nlattr *a;

	json_object_set_new(one, "family", json_string(family_name(g->nfgen_family)));
	json_object_set_new(one, "flags", flags);
	MC_EACH_ATTR(a, h, sizeof *g) {
		if (mnl_attr_get_type(a) == NFTA_TABLE_NAME)
			json_object_set_new(one, "name", text_of(a));
		else if (mnl_attr_get_type(a) == NFTA_TABLE_FLAGS &&
			 mnl_attr_validate(a, MNL_TYPE_U32) == 0 &&
			 be32toh(mnl_attr_get_u32(a)) & NFT_TABLE_F_DORMANT)
			json_array_append_new(flags, json_string("dormant"));
	}
	json_array_append_new(arg, one);
	return MNL_CB_OK;
}

static void forget(void *arg)
{
	json_array_clear(arg);
}

static int list_all(uint16_t question, mnl_cb_t take, json_t *list)
{
	char room[MC_DUMP_ROOM];
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g);

	h->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | question);
	g->nfgen_family = AF_UNSPEC;
	g->version = NFNETLINK_V0;
	return mc_dump_once(NETLINK_NETFILTER, h, take, forget, list);
}

/* Gives an object the member `key` of the one of the list that has its name. */
static void add(json_t *object, const json_t *list, const char *key)
{
	static const char *const keys[] = { "family", "table", "name" };

	for (size_t i = 0; object && i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		size_t k = 0;

		while (k < 3 && (json_object_get(object, keys[k]) == json_object_get(one, keys[k]) ||
				 json_equal(json_object_get(object, keys[k]), json_object_get(one, keys[k]))))
			k++;
		if (k == 3)
			json_object_set(object, key, json_object_get(one, key));
	}
}

/* ---- tables that nftables does not know ---------------------------------------------------- */

static void list_legacy(json_t *list, const char *file, const char *family)
{
	FILE *f = fopen(file, "re");
	char name[64];

	while (f && fscanf(f, "%63s", name) == 1)
		json_array_append_new(list, json_sprintf("%s %s", family, name));
	if (f)
		fclose(f);
}

/* ---- all ----------------------------------------------------------------------------------- */

static json_t *list_ruleset(void)
{
	struct nft_ctx *c = nft_ctx_new(NFT_CTX_DEFAULT);
	json_t *doc = NULL;

	if (!c)
		return NULL;
	nft_ctx_output_set_flags(c, NFT_CTX_OUTPUT_JSON);
	if (nft_ctx_buffer_output(c) == 0 && nft_ctx_buffer_error(c) == 0 &&
	    nft_run_cmd_from_buffer(c, "list ruleset") == 0)
		doc = json_loads(nft_ctx_get_output_buffer(c), 0, NULL);
	nft_ctx_free(c);
	return doc;
}

static json_t *complete(json_t *doc, const json_t *chains, const json_t *tables)
{
	const json_t *objects = json_object_get(doc, "nftables");
	json_t *legacy = json_array();

	for (size_t i = 0; i < json_array_size(objects); i++) {
		add(json_object_get(json_array_get(objects, i), "chain"), chains, "dev");
		add(json_object_get(json_array_get(objects, i), "table"), tables, "flags");
	}
	list_legacy(legacy, "/proc/thread-self/net/ip_tables_names", "ip");
	list_legacy(legacy, "/proc/thread-self/net/ip6_tables_names", "ip6");
	json_object_set_new(doc, "legacy", legacy);
	return doc;
}

static const char *reason(int error)
{
	if (error == -EPERM || error == -EACCES)
		return "not allowed without CAP_NET_ADMIN";
	if (error == -EPROTONOSUPPORT || error == -EAFNOSUPPORT || error == -EINVAL || error == -EOPNOTSUPP)
		return "this kernel has no nftables";
	return mc_strerror(error);
}

json_t *rules_read(const char **ret_why)
{
	json_t *chains = json_array(), *tables = json_array(), *doc = NULL;
	int r = chains && tables ? list_all(NFT_MSG_GETCHAIN, take_chain, chains) : -ENOMEM;

	if (!r)
		r = list_all(NFT_MSG_GETTABLE, take_table, tables);
	if (r < 0)
		*ret_why = reason(r);
	else if (!(doc = list_ruleset()))
		*ret_why = "libnftables could not list them";
	else
		complete(doc, chains, tables);
	json_decref(chains);
	json_decref(tables);
	return doc;
}

const char *rules_version(void)
{
	return "libnftables";
}
