// SPDX-License-Identifier: BSD-3-Clause

#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>

#include "base/fault.h"

int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct fault *fault)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return fault_set(fault, FAULT_INSTALLED, -ENOENT, "%s is missing: install it",
				 soname);
	for (size_t i = 0; i < count; i++) {
		*symbols[i].address = dlsym(library, symbols[i].name);
		if (!*symbols[i].address)
			return fault_set(fault, FAULT_INSTALLED, -ENOENT,
					 "%s is too old: it has no %s", soname, symbols[i].name);
	}
	return 0;
}
