// SPDX-License-Identifier: BSD-3-Clause
/*
 * spent PROGRAM ARGUMENT...: runs it and prints the nanoseconds of CPU that it took, from its exec to
 * its end. In the virtual machine that is instructions.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec spent;
	clockid_t clock;
	siginfo_t info;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = fork();
	if (!pid) {
		(void)execv(argv[1], argv + 1);
		_exit(127);
	}
	/* The clock of a process that has ended lasts until somebody waits for it. */
	if (pid < 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) ||
	    clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &spent))
		return 1;
	(void)waitpid(pid, NULL, 0);
	if (info.si_status)
		(void)fprintf(stderr, "status %d\n", info.si_status);
	printf("%lld\n", spent.tv_sec * 1000000000LL + spent.tv_nsec);
	return 0;
}
