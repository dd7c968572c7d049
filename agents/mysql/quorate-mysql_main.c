// SPDX-License-Identifier: BSD-3-Clause
/*
 * quorate-mysql: the watcher of ocf:quorate:mysql ("daemon BASE"), the processes by which it carries
 * whole databases ("donate", "receive"), and its command for people.
 */

#include <string.h>

#include "mysql/cli.h"
#include "mysql/daemon.h"
#include "mysql/porter.h"

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "daemon"))
		return daemon_run(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "donate"))
		return donate_run();
	if (argc == 2 && !strcmp(argv[1], "receive"))
		return receive_run();
	return cli_run(argc, argv);
}
