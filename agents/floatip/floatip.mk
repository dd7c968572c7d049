floatip_PKGS := jansson libmnl
