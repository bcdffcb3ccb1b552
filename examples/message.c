/*
 * message.c - what a host sends to join a group: build it, show its octets, read it back.
 *
 *   cc message.c -o message $(pkg-config --cflags --libs libmcast)
 *   ./message 10.0.0.7 239.1.2.3        or 10.0.0.7 10.0.0.9@232.1.2.3, or fe80::7 ff15::1234
 */
#include <mcast/mcast.h>
#include <stdio.h>

static int fail(const char *what, int error)
{
	fprintf(stderr, "message: %s: %s\n", what, mc_strerror(error));
	return 2;
}

/* Writes the report by which host joins what the target names (RFC 9776 4.2, RFC 9777 5.2). */
static int write_join(uint8_t *packet, size_t mtu, const struct mc_addr *host, const struct mc_target *t)
{
	struct mc_record record = { .type = t->source.family ? MC_ALLOW : MC_TO_EX, .group = t->group };
	struct mc_writer writer;
	struct mc_msg head;
	uint8_t room[16];
	int r;

	mc_msg_init(&head);
	head.family = host->family;
	head.version = mc_proto_of(host->family)->newest;
	head.ip.src = *host;
	r = mc_sources_pack(&record.sources, room, sizeof room, &t->source, t->source.family ? 1 : 0);
	if (r == 0)
		r = mc_writer_begin(&writer, packet, mtu, &head);
	if (r == 0)
		r = mc_writer_add(&writer, &record); /* how many sources: there is room for one */
	return r < 0 ? r : mc_writer_end(&writer);
}

static void show(const struct mc_msg *m)
{
	char name[MC_MSG_NAMELEN], text[400];
	struct mc_record record;

	printf("%s: %s\n", mc_msg_name(m, name, sizeof name), mc_msg_format(m, text, sizeof text));
	for (size_t pos = 0; mc_msg_next(m, &pos, &record);)
		printf("  %s\n", mc_record_format(&record, text, sizeof text));
	for (uint32_t fault = 1; fault; fault <<= 1)
		if (m->faults & fault)
			printf("  wrong: %s\n", mc_fault_format(fault, m, NULL, text, sizeof text));
}

int main(int argc, char **argv)
{
	uint8_t packet[1500] = { 0 };
	struct mc_addr host;
	struct mc_target t;
	struct mc_msg m;

	mc_target_init(&t);
	if (argc != 3)
		return fail("usage: message HOST [SOURCE@]GROUP", MC_ERR_SYNTAX);
	int r = mc_addr_parse(&host, argv[1]);

	if (r < 0 || (r = mc_target_parse(&t, argv[2])) < 0)
		return fail(r == MC_ERR_ADDR ? argv[1] : argv[2], r);
	int len = write_join(packet, sizeof packet, &host, &t);

	if (len < 0)
		return fail(argv[2], len);
	for (int i = 0; i < len; i++)
		printf("%02x%s", packet[i], i + 1 < len ? "" : "\n");
	mc_msg_init(&m);
	if ((r = mc_decode(&m, packet, (size_t)len)) < 0)
		return fail("what was written", r);
	show(&m);
	return 0;
}
