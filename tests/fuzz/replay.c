/*
 * Gives every file of the folders named on the command line to the door that
 * it is linked with, and every prefix of the small ones.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"

enum { MOST = 1 << 20, SMALL = 4096 };

static int replay_file(const char *path)
{
	static uint8_t bytes[MOST];
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return 1;
	}
	size_t n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	(void)printf("%s\n", path);
	(void)fflush(stdout);
	(void)LLVMFuzzerTestOneInput(bytes, n);
	if (n <= SMALL)
		for (size_t i = 0; i < n; i++)
			(void)LLVMFuzzerTestOneInput(bytes, i);
	return 0;
}

static int replay_folder(const char *folder)
{
	char path[4096];
	int bad = 0, n_files = 0;
	DIR *d = opendir(folder);
	if (!d) {
		perror(folder);
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(d));) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		bad |= replay_file(path);
		n_files++;
	}
	(void)closedir(d);
	if (!n_files)
		(void)fprintf(stderr, "%s: no files\n", folder);
	return bad || !n_files;
}

int main(int argc, char **argv)
{
	int bad = argc < 2;
	for (int i = 1; i < argc; i++)
		bad |= replay_folder(argv[i]);
	return bad;
}
