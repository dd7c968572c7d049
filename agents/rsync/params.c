// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/config.h"

#include "ocf/param.h"

#define ONE_DAY_MS 86400000

#define IN(kind, member) FIELD(kind, struct rsync_config, member)

/* In the order of enum config_mode and enum config_transport. */
static const char *const rsync_modes[] = {"live", "snapshot", NULL};
static const char *const rsync_transports[] = {"rsync", "ssh", "tls", NULL};

const struct param rsync_params[] = {
	{
		.name = "directory",
		IN(PARAM_PATH, directory),
		.unique = "directory",
		.required = true,
		.brief = "the tree",
		.text = "The directory whose content follows the promoted node. Everything below it is "
			"synchronized but for excluded paths, filesystems that are mounted below, and "
			"the directory .quorate in it, which is the agent's own (mode 0700). Times of "
			"directories are not kept.",
	},
	{
		.name = "network",
		IN(PARAM_ADDRESS, network),
		.brief = "the network to synchronize over",
		.text = "As 10.0.0.0/24: each node serves at the address that it has in this network. "
			"Without it, at its address of Corosync's ring 0.",
	},
	{
		.name = "port",
		IN(PARAM_PORT, port),
		.fallback = "1873",
		.brief = "TCP port",
		.text = "The port at which the promoted node serves; with transport=ssh, sshd's. Each "
			"resource needs a port of its own.",
	},
	{
		.name = "secrets_file",
		IN(PARAM_SECRET_FILE, secrets_file),
		.brief = "file of the secret",
		.text = "A file of root with mode 0600 and one line \"quorate:SECRET\", the same on all "
			"nodes. No directory on the way to it may be a symbolic link of another user.",
	},
	{
		.name = "transport",
		IN(PARAM_CHOICE, transport),
		.choices = rsync_transports,
		.fallback = "rsync",
		.brief = "how the content travels",
		.text = "rsync: rsync's own protocol, with the secret asked and the content in clear, "
			"for a private network. tls: the same within TLS, by stunnel; both sides show "
			"a certificate. ssh: the nodes log in at one another.",
	},
	{
		.name = "ssh_key_file",
		IN(PARAM_SECRET_FILE, ssh_key_file),
		.brief = "private key for ssh",
		.text = "With transport=ssh, which logs in as root and runs rsync with the module's configuration. "
			"Host keys must be known already. At the other nodes the public half should be "
			"restricted by command=\"rsync --config=/run/quorate/rsync-RESOURCE.state.rsyncd.conf "
			"--server --daemon .\".",
	},
	{
		.name = "tls_certificate_file",
		IN(PARAM_PATH, tls_certificate_file),
		.brief = "own certificate",
		.text = "With transport=tls: a PEM file with this node's certificate.",
	},
	{
		.name = "tls_key_file",
		IN(PARAM_SECRET_FILE, tls_key_file),
		.brief = "own private key",
		.text = "With transport=tls: a PEM file of root with mode 0600.",
	},
	{
		.name = "tls_ca_file",
		IN(PARAM_PATH, tls_ca_file),
		.brief = "certificate of the CA",
		.text = "With transport=tls: what both sides verify the other's certificate with. Whoever "
			"has a certificate of this CA may read the tree (secrets_file asks on top).",
	},
	{
		.name = "exclude",
		IN(PARAM_STRING, exclude),
		.brief = "paths to leave out",
		.text = "Patterns of rsync between blanks: \"*.tmp /cache/ lost+found/\". With a / in "
			"front the pattern is for the whole path, with one at the end for directories "
			"only. What is excluded is neither brought nor deleted.",
	},
	{
		.name = "filter_file",
		IN(PARAM_PATH, filter_file),
		.brief = "file of filter rules",
		.text = "Lines \"- PATTERN\" and \"+ PATTERN\" in front of those of exclude; the first that "
			"matches decides. The same on all nodes.",
	},
	{
		.name = "interval",
		IN(PARAM_DURATION, interval),
		.fallback = "60s",
		.min = 1000,
		.max = ONE_DAY_MS,
		.reloadable = true,
		.brief = "time between two verify passes",
		.text = "How often a target compares its whole tree with the source's, by size and time "
			"in nanoseconds, and repairs it. Changes travel at once all the same.",
	},
	{
		.name = "checksum_slice",
		IN(PARAM_INTEGER, checksum_slice),
		.fallback = "0",
		.max = 100,
		.reloadable = true,
		.brief = "percent of the files compared by content",
		.text = "In each verify pass so many percent of the files, others each time, are compared "
			"by checksum: it finds what size and time don't show.",
	},
	{
		.name = "debounce",
		IN(PARAM_DURATION, debounce),
		.fallback = "50ms",
		.max = 60000,
		.reloadable = true,
		.brief = "time to collect changes",
		.text = "How long the source collects changes after the first one before it tells the "
			"targets. 0 tells each at once.",
	},
	{
		.name = "list_max",
		IN(PARAM_INTEGER, list_max),
		.fallback = "20000",
		.min = 100,
		.max = 1000000,
		.reloadable = true,
		.brief = "changed paths to remember",
		.text = "Beyond so many changed paths the whole tree is compared instead.",
	},
	{
		.name = "max_delete",
		IN(PARAM_INTEGER, max_delete),
		.fallback = "1000",
		.max = 1000000000,
		.reloadable = true,
		.brief = "most paths that may go at once",
		.text = "A target counts what a pass would delete before it deletes, with what went within "
			"the minute before. Over this number, or "
			"over max_delete_percent, nothing is deleted and monitor says so, until "
			"\"quorate-rsync allow\" lets it through or the source has the paths again.",
	},
	{
		.name = "max_delete_percent",
		IN(PARAM_INTEGER, max_delete_percent),
		.fallback = "50",
		.max = 100,
		.reloadable = true,
		.brief = "most percent of the tree that may go at once",
		.text = "As max_delete, in percent of the paths in the target's tree. Ten paths may always "
			"go, but never all.",
	},
	{
		.name = "mountpoint",
		IN(PARAM_BOOLEAN, mountpoint),
		.fallback = "no",
		.brief = "whether the directory must be a mount point",
		.text = "With yes, a directory on which nothing is mounted is neither served nor written "
			"to.",
	},
	{
		.name = "conflict_dir",
		IN(PARAM_PATH, conflict_dir),
		.brief = "where conflicts go",
		.text = "A node that was the source and comes back as a target may have what nobody else "
			"has. Its first pass moves whatever it overwrites or deletes into a directory "
			"of the day and generation below this one. By default .quorate/conflicts in "
			"the tree.",
	},
	{
		.name = "mode",
		IN(PARAM_CHOICE, mode),
		.choices = rsync_modes,
		.fallback = "live",
		.brief = "how a target changes over",
		.text = "live: each file is replaced at once when it is whole. snapshot: directory is a "
			"symbolic link to a snapshot beside it; each pass works on a hard-linked copy, "
			"and the link is flipped when that is whole.",
	},
	{
		.name = "keep",
		IN(PARAM_INTEGER, keep),
		.fallback = "3",
		.max = 1000,
		.reloadable = true,
		.brief = "older snapshots to keep",
		.text = "With mode=snapshot. \"quorate-rsync rollback\" goes back to the newest of them.",
	},
	{
		.name = "hooks",
		IN(PARAM_STRING, hooks),
		.reloadable = true,
		.brief = "commands for changed paths",
		.text = "PATTERN => COMMAND, several between ; (or line feeds). On a target, when a pass has "
			"really changed a path that matches, the command runs once after it, in the "
			"tree, by /bin/sh; passes that follow one another within half a second count as "
			"one. \\; is a ; of the command. examples/join-conf in the package's documentation "
			"joins a shared and a local part of a configuration.",
	},
	{
		.name = "hook_timeout",
		IN(PARAM_DURATION, hook_timeout),
		.fallback = "60s",
		.min = 1000,
		.max = ONE_DAY_MS,
		.reloadable = true,
		.brief = "time a hook may take",
		.text = "A command that takes longer is ended and counts as failed.",
	},
	{
		.name = "bwlimit",
		IN(PARAM_INTEGER, bwlimit),
		.fallback = "0",
		.max = 100000000,
		.reloadable = true,
		.brief = "bandwidth limit in KiB a second",
		.text = "For each target; 0 is no limit.",
	},
	{
		.name = "partial",
		IN(PARAM_BOOLEAN, partial),
		.fallback = "yes",
		.reloadable = true,
		.brief = "whether big files are resumed",
		.text = "What has come of a file when the connection breaks is kept out of sight, and the "
			"next pass goes on from there.",
	},
	{
		.name = "owner",
		IN(PARAM_BOOLEAN, owner),
		.fallback = "yes",
		.brief = "whether owner and group are kept",
		.text = "By number: users must have the same ids on all nodes.",
	},
	{
		.name = "acls",
		IN(PARAM_BOOLEAN, acls),
		.fallback = "no",
		.brief = "whether ACLs are kept",
		.text = "rsync -A. Costs a system call a file.",
	},
	{
		.name = "xattrs",
		IN(PARAM_BOOLEAN, xattrs),
		.fallback = "no",
		.brief = "whether extended attributes are kept",
		.text = "rsync -X. Costs system calls for each file.",
	},
	{
		.name = "hard_links",
		IN(PARAM_BOOLEAN, hard_links),
		.fallback = "no",
		.brief = "whether hard links are kept",
		.text = "rsync -H: among the files of one pass. Costs memory in big trees.",
	},
	{
		.name = "fanotify",
		IN(PARAM_BOOLEAN, fanotify),
		.fallback = "no",
		.brief = "whether to watch the whole filesystem",
		.text = "One mark on the filesystem in place of a watch for each directory: for trees of "
			"more than some 50000 directories, on a filesystem of their own.",
	},
	{
		.name = "lag_degraded",
		IN(PARAM_DURATION, lag_degraded),
		.fallback = "5min",
		.max = ONE_DAY_MS,
		.reloadable = true,
		.brief = "lag that monitor shows",
		.text = "A target that has been out of step for longer is shown as degraded.",
	},
	{
		.name = "lag_fail",
		IN(PARAM_DURATION, lag_fail),
		.fallback = "0",
		.max = ONE_DAY_MS,
		.reloadable = true,
		.brief = "lag that fails the monitor",
		.text = "A target that has been out of step for longer fails, and is restarted; 0: never.",
	},
	{.name = NULL},
};
