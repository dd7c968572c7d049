// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "rsync/changes.h"
#include "rsync/filter.h"
#include "rsync/tree_ops.h"

#define INOTIFY_MASK                                                                               \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |        \
	 IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define INOTIFY_MASK_ROOT (IN_DELETE_SELF | IN_MOVE_SELF)
#define INOTIFY_READ 16384 /* bytes of events a step: at least 50 of them */
#define INOTIFY_WORK 256   /* directories a step */
#define INOTIFY_DEPTH 2048 /* PATH_MAX has room for no more */
#define NOBODY UINT32_MAX

/* A watched directory. Its path is its parents' names; index 0 is the tree itself. */
struct watched {
	char *name; /* owned; NULL: a free place */
	int wd;
	uint32_t parent, child, next, previous; /* indices; next alone links free places */
	bool queued, told; /* waits to be listed; its entries are told as changes */
};

struct inotify {
	struct watched *dirs;
	size_t count, room;
	uint32_t unused; /* the first free place */
	uint32_t *by_wd; /* hash table of indices, NOBODY in free slots */
	size_t slots, live;
	uint32_t *queue; /* a ring of those that wait to be listed */
	size_t queue_first, queue_count, queue_room;
	size_t name_bytes;
};

static struct inotify *inotify_of(const struct tree *tree)
{
	return tree->kind;
}

/* The slot of the watch, or the free one in which its search ends. */
static size_t inotify_slot(const struct inotify *n, int wd)
{
	size_t at = ((uint32_t)wd * 2654435761U) & (n->slots - 1);

	while (n->by_wd[at] != NOBODY && n->dirs[n->by_wd[at]].wd != wd)
		at = (at + 1) & (n->slots - 1);
	return at;
}

static uint32_t inotify_find(const struct inotify *n, int wd)
{
	return n->slots ? n->by_wd[inotify_slot(n, wd)] : NOBODY;
}

static int inotify_rehash(struct inotify *n)
{
	size_t slots = n->slots ? n->slots * 2 : 256;
	uint32_t *table = reallocarray(NULL, slots, sizeof(*table));
	uint32_t *old = n->by_wd;
	size_t old_slots = n->slots;

	if (!table)
		return -ENOMEM;
	memset(table, 0xff, slots * sizeof(*table));
	n->by_wd = table;
	n->slots = slots;
	for (size_t i = 0; i < old_slots; i++)
		if (old[i] != NOBODY)
			table[inotify_slot(n, n->dirs[old[i]].wd)] = old[i];
	free(old);
	return 0;
}

/* Takes a watch out of the table, and moves up those that its slot was in the way of. */
static void inotify_unhash(struct inotify *n, int wd)
{
	size_t hole = inotify_slot(n, wd);

	if (n->by_wd[hole] == NOBODY)
		return;
	n->live--;
	for (size_t at = hole;;) {
		size_t home;

		n->by_wd[hole] = NOBODY;
		do {
			at = (at + 1) & (n->slots - 1);
			if (n->by_wd[at] == NOBODY)
				return;
			home = ((uint32_t)n->dirs[n->by_wd[at]].wd * 2654435761U) & (n->slots - 1);
		} while (((at - home) & (n->slots - 1)) < ((at - hole) & (n->slots - 1)));
		n->by_wd[hole] = n->by_wd[at];
		hole = at;
	}
}

static void inotify_count(struct tree *tree)
{
	const struct inotify *n = inotify_of(tree);

	tree->facts.watches = n->live;
	tree->facts.memory = n->room * sizeof(*n->dirs) + n->slots * sizeof(*n->by_wd) +
			     n->queue_room * sizeof(*n->queue) + n->name_bytes;
}

static int inotify_place(struct inotify *n, uint32_t *ret_index)
{
	if (n->unused != NOBODY) {
		*ret_index = n->unused;
		n->unused = n->dirs[n->unused].next;
		return 0;
	}
	if (n->count == n->room) {
		size_t room = n->room ? n->room + n->room / 2 : 64;
		struct watched *dirs = reallocarray(n->dirs, room, sizeof(*dirs));

		if (!dirs)
			return -ENOMEM;
		n->dirs = dirs;
		n->room = room;
	}
	*ret_index = (uint32_t)n->count++;
	return 0;
}

/* The path of a directory into the tree's room, "" for the tree. */
static const char *inotify_path(struct tree *tree, uint32_t index)
{
	const struct inotify *n = inotify_of(tree);
	const char *names[INOTIFY_DEPTH];
	size_t depth = 0;

	buf_clear(&tree->path);
	for (; index && depth < INOTIFY_DEPTH; index = n->dirs[index].parent)
		names[depth++] = n->dirs[index].name;
	while (depth--) {
		buf_adds(&tree->path, names[depth]);
		if (depth)
			buf_adds(&tree->path, "/");
	}
	return tree->path.data;
}

static int inotify_enqueue(struct inotify *n, uint32_t index, bool told)
{
	struct watched *w = &n->dirs[index];

	w->told = told || (w->queued && w->told);
	if (w->queued)
		return 0;
	if (n->queue_count == n->queue_room) {
		size_t room = n->queue_room ? n->queue_room * 2 : 64;
		uint32_t *queue = reallocarray(NULL, room, sizeof(*queue));

		if (!queue)
			return -ENOMEM;
		for (size_t i = 0; i < n->queue_count; i++)
			queue[i] = n->queue[(n->queue_first + i) % n->queue_room];
		free(n->queue);
		n->queue = queue;
		n->queue_room = room;
		n->queue_first = 0;
	}
	n->queue[(n->queue_first + n->queue_count++) % n->queue_room] = index;
	w->queued = true;
	return 0;
}

static void inotify_unlink(struct inotify *n, uint32_t index)
{
	struct watched *w = &n->dirs[index];

	if (w->previous != NOBODY)
		n->dirs[w->previous].next = w->next;
	else if (index)
		n->dirs[w->parent].child = w->next;
	if (w->next != NOBODY)
		n->dirs[w->next].previous = w->previous;
}

/* Forgets a directory and all below. Places that wait in the queue are skipped when they come up. */
static void inotify_drop(struct tree *tree, uint32_t index, bool watched)
{
	struct inotify *n = inotify_of(tree);
	struct watched *w = &n->dirs[index];

	while (w->child != NOBODY)
		inotify_drop(tree, w->child, watched);
	inotify_unlink(n, index);
	inotify_unhash(n, w->wd);
	if (watched)
		(void)inotify_rm_watch(tree->fd, w->wd);
	n->name_bytes -= strlen(w->name) + 1;
	free(w->name);
	w->name = NULL;
	if (!w->queued) {
		w->next = n->unused;
		n->unused = index;
	}
}

static int inotify_insert(struct inotify *n, uint32_t parent, const char *name, int wd,
			  uint32_t *ret_index)
{
	AUTO_FREE char *copy = strdup(name);
	uint32_t index;

	if (!copy || (n->live * 2 >= n->slots && inotify_rehash(n)) || inotify_place(n, &index))
		return -ENOMEM;
	n->dirs[index] = (struct watched){.name = TAKE(copy),
					  .wd = wd,
					  .parent = parent,
					  .child = NOBODY,
					  .next = NOBODY,
					  .previous = NOBODY};
	if (index) {
		struct watched *p = &n->dirs[parent];

		n->dirs[index].next = p->child;
		if (p->child != NOBODY)
			n->dirs[p->child].previous = index;
		p->child = index;
	}
	n->by_wd[inotify_slot(n, wd)] = index;
	n->live++;
	n->name_bytes += strlen(name) + 1;
	*ret_index = index;
	return 0;
}

static bool inotify_is_same(const struct inotify *n, uint32_t index, uint32_t parent,
			    const char *name)
{
	return n->dirs[index].parent == parent && !strcmp(n->dirs[index].name, name);
}

/*
 * Watches a directory and queues it. One that is not there any more is no matter: an event tells.
 * Whatever else fails leaves a part of the tree unseen: facts.blind.
 */
static void inotify_watch(struct tree *tree, uint32_t parent, const char *path, bool told)
{
	struct inotify *n = inotify_of(tree);
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	AUTO_BUF struct buf full = BUF_INIT;
	uint32_t index;
	int wd;

	buf_addf(&full, "%s/%s", tree->directory.data, path);
	wd = inotify_add_watch(tree->fd, full.data,
			       *path ? INOTIFY_MASK : INOTIFY_MASK | INOTIFY_MASK_ROOT);
	if (wd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			tree->facts.blind = errno;
		return;
	}
	index = inotify_find(n, wd);
	/* The same directory under another name: it was moved, and the event is still to come. */
	if (index != NOBODY && index && !inotify_is_same(n, index, parent, name)) {
		inotify_drop(tree, index, false);
		index = NOBODY;
	}
	if ((index == NOBODY && inotify_insert(n, parent, name, wd, &index)) ||
	    inotify_enqueue(n, index, told))
		tree->facts.blind = ENOMEM;
}

static void inotify_free(struct tree *tree)
{
	struct inotify *n = inotify_of(tree);

	for (size_t i = 0; i < n->count; i++)
		free(n->dirs[i].name);
	free(n->dirs);
	free(n->by_wd);
	free(n->queue);
	*n = (struct inotify){.unused = NOBODY};
}

/* Begins the scan: the tree itself is watched, everything below follows step by step. */
static int inotify_begin(struct tree *tree)
{
	tree->facts.scanning = true;
	tree->facts.blind = 0;
	inotify_watch(tree, 0, "", false);
	return tree->facts.blind ? -tree->facts.blind : inotify_of(tree)->live ? 0 : -ENOENT;
}

static int inotify_open(struct tree *tree, struct fault *fault)
{
	int r;

	tree->kind = calloc(1, sizeof(struct inotify));
	if (!tree->kind)
		return -ENOMEM;
	inotify_of(tree)->unused = NOBODY;
	tree->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	r = tree->fd < 0 ? -errno : inotify_begin(tree);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot watch %s: %s",
				 tree->directory.data, strerror(-r));
	inotify_count(tree);
	return 0;
}

static void inotify_close(struct tree *tree)
{
	if (tree->kind)
		inotify_free(tree);
	free(tree->kind);
}

/*
 * The kernel's queue was too short, so directories may be there that nobody watches: everything is
 * forgotten and scanned again, and the descriptor stays the one that the loop knows.
 */
static void inotify_restart(struct tree *tree, struct changes *changes)
{
	struct inotify *n = inotify_of(tree);

	tree->facts.overflows++;
	changes_fill(changes);
	for (size_t i = 0; i < n->count; i++)
		if (n->dirs[i].name)
			(void)inotify_rm_watch(tree->fd, n->dirs[i].wd);
	inotify_free(tree);
	(void)inotify_begin(tree);
}

static void inotify_entry_event(struct tree *tree, const struct inotify_event *event,
				uint32_t parent, struct changes *changes)
{
	const bool directory = event->mask & IN_ISDIR;
	const bool gone = event->mask & (IN_DELETE | IN_MOVED_FROM);
	AUTO_BUF struct buf path = BUF_INIT;
	const struct inotify *n = inotify_of(tree);

	buf_adds(&path, inotify_path(tree, parent));
	if (path.length)
		buf_adds(&path, "/");
	buf_adds(&path, event->name);
	if (filter_excludes(tree->filter, path.data, directory))
		return;
	changes_add(changes,
		    gone      ? CHANGE_GONE :
		    directory ? CHANGE_DIRECTORY :
				CHANGE_FILE,
		    path.data);
	if (!directory)
		return;
	if (event->mask & (IN_CREATE | IN_MOVED_TO))
		inotify_watch(tree, parent, path.data, true);
	if (event->mask & IN_MOVED_FROM) /* it may live on elsewhere, watched under the old name */
		for (uint32_t c = n->dirs[parent].child; c != NOBODY; c = n->dirs[c].next)
			if (!strcmp(n->dirs[c].name, event->name)) {
				inotify_drop(tree, c, true);
				break;
			}
}

/*
 * A new file is told when it is closed; what has no content to wait for (a link, a device) is told
 * when it is made, which takes a look at it.
 */
static bool inotify_waits_for_close(struct tree *tree, uint32_t parent,
				    const struct inotify_event *event)
{
	AUTO_BUF struct buf full = BUF_INIT;
	struct stat st;

	if (!(event->mask & IN_CREATE) || event->mask & IN_ISDIR)
		return false;
	buf_addf(&full, "%s/%s/%s", tree->directory.data, inotify_path(tree, parent), event->name);
	return !lstat(full.data, &st) && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

static int inotify_event(struct tree *tree, const struct inotify_event *event,
			 struct changes *changes)
{
	struct inotify *n = inotify_of(tree);
	uint32_t index;

	if (event->mask & IN_Q_OVERFLOW) {
		inotify_restart(tree, changes);
		return 0;
	}
	index = inotify_find(n, event->wd);
	if (index == NOBODY)
		return 0;
	if (!index && event->mask & (IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
		return TREE_LOST;
	if (event->mask & IN_IGNORED)
		inotify_drop(tree, index, false);
	else if (event->len && !inotify_waits_for_close(tree, index, event))
		inotify_entry_event(tree, event, index, changes);
	return 0;
}

static int inotify_events(struct tree *tree, struct changes *changes)
{
	char bytes[INOTIFY_READ] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(tree->fd, bytes, sizeof(bytes));
	const size_t overflows = tree->facts.overflows;
	int r = 0;

	for (ssize_t at = 0; !r && at < n;) {
		const struct inotify_event *event = (const struct inotify_event *)(bytes + at);

		at += (ssize_t)(sizeof(*event) + event->len);
		r = inotify_event(tree, event, changes);
		/* What stands behind an overflow is of watches that are gone. */
		if (tree->facts.overflows != overflows)
			break;
	}
	inotify_count(tree);
	if (r)
		return r;
	return n > (ssize_t)(sizeof(bytes) / 2) ? TREE_MORE : 0;
}

struct inotify_listing {
	uint32_t parent;
	bool told;
	struct changes *changes;
};

static void inotify_found(struct tree *tree, const char *path, bool directory, void *data)
{
	const struct inotify_listing *listing = data;

	if (listing->told)
		changes_add(listing->changes, directory ? CHANGE_DIRECTORY : CHANGE_FILE, path);
	if (directory)
		inotify_watch(tree, listing->parent, path, listing->told);
}

static int inotify_work(struct tree *tree, struct changes *changes)
{
	struct inotify *n = inotify_of(tree);

	for (size_t i = 0; i < INOTIFY_WORK && n->queue_count; i++) {
		const uint32_t index = n->queue[n->queue_first];
		struct inotify_listing listing = {.parent = index, .changes = changes};
		AUTO_FREE char *path = NULL;
		int r;

		n->queue_first = (n->queue_first + 1) % n->queue_room;
		n->queue_count--;
		n->dirs[index].queued = false;
		if (!n->dirs[index].name) { /* dropped meanwhile */
			n->dirs[index].next = n->unused;
			n->unused = index;
			continue;
		}
		listing.told = n->dirs[index].told;
		path = strdup(inotify_path(tree, index));
		r = path ? tree_list(tree, path, inotify_found, &listing) : -ENOMEM;
		if (r == -ENOMEM)
			tree->facts.blind = ENOMEM;
		if (r == -EXDEV && index) /* a filesystem of its own, which is not ours */
			inotify_drop(tree, index, true);
	}
	inotify_count(tree);
	if (n->queue_count)
		return TREE_MORE;
	/* What changed in a directory before it was watched has told nobody. */
	if (tree->facts.scanning)
		changes_fill(changes);
	tree->facts.scanning = false;
	return 0;
}

const struct tree_ops tree_inotify = {
	.open = inotify_open,
	.close = inotify_close,
	.events = inotify_events,
	.work = inotify_work,
};
