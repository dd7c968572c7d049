// SPDX-License-Identifier: BSD-3-Clause

#include "fence_quorate_redfish/params.h"

#include <errno.h>

#include "base/fault.h"
#include "ocf/fence_params.h"

#define IN(kind, member) FIELD(kind, struct redfish_config, member)

#define SCRIPT "no script is run: put the password into a file, password_file"

const struct param redfish_params[] = {
	FENCE_PARAMS("50", "5", "10"),
	{
		.name = "ip",
		IN(PARAM_STRING, ip),
		.letter = 'a',
		.brief = "the BMC",
		.text = "Its name or address, perhaps with :port behind it.",
	},
	FENCE_ALIAS("ipaddr", "ip"),
	{
		.name = "ipport",
		IN(PARAM_PORT, ipport),
		.letter = 'u',
		.fallback = "443",
		.brief = "the BMC's port",
		.text = "Of HTTPS.",
	},
	{
		.name = "username",
		IN(PARAM_STRING, username),
		.letter = 'l',
		.required = true,
		.brief = "user on the BMC",
		.text = "It needs the privileges Login and ConfigureComponents.",
	},
	FENCE_ALIAS("login", "username"),
	{
		.name = "password",
		IN(PARAM_STRING, password),
		.letter = 'p',
		.secret = true,
		.brief = "the user's password",
		.text = "Better kept in password_file, or out of the CIB by cibsecret.",
	},
	FENCE_ALIAS("passwd", "password"),
	{
		.name = "password_file",
		IN(PARAM_SECRET_FILE, password_file),
		.brief = "file with the password",
		.text = "A regular file of root, mode 0600, with the password on its first line.",
	},
	{
		.name = "password_script",
		.type = PARAM_STRING,
		.letter = 'S',
		.standing = PARAM_REFUSED,
		.instead = SCRIPT,
	},
	{
		.name = "passwd_script",
		.type = PARAM_STRING,
		.standing = PARAM_REFUSED,
		.instead = SCRIPT,
	},
	{
		.name = "systems_uri",
		IN(PARAM_STRING, systems_uri),
		.brief = "URI of the system to fence",
		.text = "Such as /redfish/v1/Systems/System.Embedded.1. Without it, the BMC's only "
			"system; a BMC that has several is refused.",
	},
	FENCE_ALIAS("systems-uri", "systems_uri"),
	{
		.name = "redfish_uri",
		IN(PARAM_STRING, redfish_uri),
		.fallback = "/redfish/v1",
		.brief = "URI of the service root",
		.text = "It tells where systems and sessions are.",
	},
	FENCE_ALIAS("redfish-uri", "redfish_uri"),
	FENCE_WITHOUT_EFFECT("ssl", PARAM_BOOLEAN, "the connection is always encrypted"),
	FENCE_WITHOUT_EFFECT("ssl_secure", PARAM_BOOLEAN,
			     "the certificate is verified unless ssl_insecure is set"),
	{
		.name = "ssl_insecure",
		IN(PARAM_BOOLEAN, ssl_insecure),
		.brief = "don't verify the BMC's certificate",
		.text = "Whoever is between can then read the password. Better give ca_file.",
	},
	{
		.name = "ca_file",
		IN(PARAM_PATH, ca_file),
		.brief = "certificates that the BMC's is verified with",
		.text = "PEM; a self-signed certificate serves as well. Without it, those that the "
			"host trusts (/etc/ssl/certs).",
	},
	{
		.name = "port_as_ip",
		IN(PARAM_BOOLEAN, port_as_ip),
		.brief = "plug is the address of the BMC",
		.text = "One device for several nodes, with the BMC of each in pcmk_host_map.",
	},
	{.name = NULL},
};

int redfish_check(const void *config, struct fault *fault)
{
	const struct redfish_config *c = config;

	if (!c->ip && !c->port_as_ip)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "ip must be given: the BMC");
	if (!c->password && !c->password_file)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "password_file or password must be given");
	if (*c->redfish_uri != '/' || (c->systems_uri && *c->systems_uri != '/'))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s must begin with a slash",
				 *c->redfish_uri != '/' ? "redfish_uri" : "systems_uri");
	return 0;
}
