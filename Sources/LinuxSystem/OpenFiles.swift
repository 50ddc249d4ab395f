import CLinux

/// Limit on the open files of this process (RLIMIT_NOFILE).
public enum OpenFiles {
  /// Raises the limit as far as allowed, at most to 65,536. The process must not start programs then, since some do not
  /// work with such a limit.
  public static func raise() throws(SystemError) {
    try checked(clinux_raise_open_files(), "raise the limit of open files")
  }
}
