/*
 * proc.h - what the kernel tells as text: tables of /proc/net and numbers of /proc/sys, both of the calling
 * thread's network namespace; and reading such text word by word.
 */
#ifndef MC_PROC_H
#define MC_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mc_proc_net reads a whole table, such as "igmp6", with a 0 behind it; *ret is to be freed. 0 or -errno,
 * -ENOENT where the kernel has no such table (IPv6 is not there). */
int mc_proc_net(const char *name, char **ret);

/* mc_proc_sys reads one number, such as "net/ipv4/igmp_max_msf"; -1 where there is none or it is none. */
long mc_proc_sys(const char *name);

/* A line, or what is left of one. */
struct mc_line {
	const char *at, *end;
};

/* mc_line_next takes the next line of a text that ends with a 0, without its end, and steps on; false at
 * the end of the text. */
bool mc_line_next(const char **text, struct mc_line *ret);

/* mc_line_word takes the next word off a line: spaces and tabs part them. Empty at the line's end. */
struct mc_line mc_line_word(struct mc_line *l);

/* mc_word_number reads a word that is a number in that base from end to end, 0x before it or not if that is
 * 16: false where it is none, or larger than `most`. */
bool mc_word_number(struct mc_line w, unsigned base, uint64_t most, uint64_t *ret);

#endif
