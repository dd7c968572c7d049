rsync_PKGS :=
