# Names of upstream's fence-agents (fence_aws, fence_gce, fence_openstack) are left alone.
fence_cloud_PKGS := jansson
fence_cloud_ALSO := fence_digitalocean fence_hetzner fence_linode fence_scaleway fence_upcloud \
	fence_vultr fence_quorate_aws fence_quorate_gcp fence_quorate_openstack
