// SPDX-License-Identifier: BSD-3-Clause
/*
 * quorate-rsync: the daemon of ocf:quorate:rsync ("daemon RECORD"), and its command for people.
 */

#include <string.h>

#include "rsync/cli.h"
#include "rsync/daemon.h"

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "daemon"))
		return daemon_run(argv[2]);
	return cli_run(argc, argv);
}
