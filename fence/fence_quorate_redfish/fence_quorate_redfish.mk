# fence_redfish is the name of upstream's agent, whose parameters these are.
fence_quorate_redfish_PKGS := jansson
