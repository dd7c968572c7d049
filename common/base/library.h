/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A shared library that is loaded when it is first needed (dlopen(3)).
 *
 * Linking libcurl costs a process 10 ms of CPU before main; an agent whose monitor mostly does
 * without it, and whose meta-data always does, loads it here instead.
 */
#pragma once

#include <stddef.h>

struct fault;

struct library_symbol {
	const char *name;
	void **address; /* where the symbol's address goes */
};

/*
 * Loads the library and finds all symbols; the library stays until the process ends. 0, or -ENOENT
 * with FAULT_INSTALLED naming the library and what is missing of it.
 */
int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct fault *fault);
