import CLinux

/// How many files this process may have open (RLIMIT_NOFILE).
public enum OpenFiles {
  /// Raises the limit as far as it goes, at most to 65,536, and gives what it was: programs that are started get that back, since
  /// some cannot do with more.
  public static func raise() throws(SystemError) -> ResourceLimit {
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    try checked(clinux_raise_open_files(&soft, &hard), "raise the limit of open files")
    return ResourceLimit(resource: ResourceLimit.openFiles(0).resource, soft: soft, hard: hard)
  }
}
