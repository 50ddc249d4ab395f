import ConfigurationSyntax

extension Rule {
  /// Rules that compare a file with the unit of the installed service.
  static let services: [Rule] = [
    Rule(
      "service-capability", .host, .error, "The service's unit leaves it without a capability that it needs",
      "Addresses and adverts take CAP_NET_ADMIN and CAP_NET_RAW. A service with User= has what AmbientCapabilities= gives it and CapabilityBoundingSet= leaves it, one without User= what CapabilityBoundingSet= leaves it. martlet check reads the installed martlet.service with its drop-ins; --no-service turns that off."
    ),
    Rule(
      "service-family", .host, .error, "The service's unit bars a family of sockets that it needs",
      "The service opens AF_UNIX, AF_NETLINK, AF_PACKET, AF_INET and, for IPv6 routers, AF_INET6 sockets. Where RestrictAddressFamilies= is set, it must name them."
    ),
    Rule(
      "service-file", .host, .error, "A file that the service is to read or make does not let it",
      "Under User= the service reads its configuration, keys and tracked files as that user. Without User= it reads configuration and tracked files as root, and certificates of probes as the user martlet. What keepalived read as root may need another group: chgrp and chmod g+r. A file that cannot be read is never taken for a number: what tracks it does without it."
    ),
    Rule(
      "service-path", .host, .error, "The service's unit hides a path or bars writing to it",
      "ProtectHome=, PrivateTmp=, InaccessiblePaths= and TemporaryFileSystem= hide files that everybody else sees, and ProtectSystem= and ReadOnlyPaths= keep FIFOs and first numbers (init_file) from being made. ReadWritePaths= opens a path again. What a script itself reads and writes cannot be known."
    ),
    Rule(
      "service-privileges", .host, .error, "A script begins with sudo or its like, which gains nothing in the service",
      "Under NoNewPrivileges= no program gains rights by set-user-ID. Name a user for the script, or write NoNewPrivileges=no into a drop-in."
    ),
    Rule(
      "service-processes", .host, .error,
      "A check looks for processes that the service does not see, or may not signal",
      "Under ProtectProc=invisible, and where the host mounts /proc with hidepid, only root sees processes of other users, and killall -0 needs the right to signal them besides. Nobody can tell then whether a process runs, and what tracks the check does without it. ProtectProc=default shows processes; a vrrp_probe asks the service itself; vrrp_track_process needs no right to signal."
    ),
    Rule(
      "service-socket", .host, .error, "A probe may not connect to the socket that it is to ask",
      "Probes run as the user martlet, or as User= says, and a socket in the file system must let that user write. Add the socket's group to SupplementaryGroups=, or have the service that makes it let the user in. A probe that may not ask is never taken for a failure: what tracks it does without it."
    ),
    Rule(
      "service-user", .host, .error, "A script is to run as somebody whom the service cannot become",
      "A service with User= and without CAP_SETUID and CAP_SETGID is only ever that user. A check that is to run as root is not run then, and what tracks it does without it; a notification does not run. martlet unit FILE prints the drop-in under which it works. A script that names no user runs as the service's user, while keepalived runs it as root or keepalived_script: that is a warning."
    ),
  ]
}
