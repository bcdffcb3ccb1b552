/*
 * replay.c - runs a fuzz target over its corpus without a fuzzer: a plain test under any compiler.
 *
 * Arguments are files and directories. The input under way is printed first, so that a crash
 * names it. It knows nothing of what it feeds.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned inputs;

/* feed gives a file's bytes in a block of their own length, so that a sanitizer sees the end. */
static int feed(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t n;

	if (!f || fstat(fileno(f), &st) < 0 || !(data = malloc((size_t)st.st_size + !st.st_size))) {
		perror(path);
		return -1;
	}
	n = fread(data, 1, (size_t)st.st_size, f);
	fclose(f);
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, n);
	inputs++;
	free(data);
	return 0;
}

static int feed_dir(const char *path)
{
	char name[4096];
	struct dirent *e;
	DIR *d = opendir(path);
	int r = 0;

	if (!d) {
		perror(path);
		return -1;
	}
	while (r == 0 && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		r = feed(name);
	}
	closedir(d);
	return r;
}

int main(int argc, char **argv)
{
	struct stat st;
	int i, r = 0;

	for (i = 1; i < argc && r == 0; i++)
		r = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? feed_dir(argv[i]) : feed(argv[i]);
	printf("%s 1 - %u inputs replayed\n1..1\n", r == 0 && inputs ? "ok" : "not ok", inputs);
	return r == 0 && inputs ? 0 : 1;
}
