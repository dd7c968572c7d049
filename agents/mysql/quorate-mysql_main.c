// SPDX-License-Identifier: BSD-3-Clause
/*
 * quorate-mysql: the watcher of ocf:quorate:mysql ("daemon BASE"), and its command for people.
 */

#include <string.h>

#include "mysql/cli.h"
#include "mysql/daemon.h"

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "daemon"))
		return daemon_run(argv[2]);
	return cli_run(argc, argv);
}
