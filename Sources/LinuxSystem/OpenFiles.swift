import CLinux

/// How many files this process may have open (RLIMIT_NOFILE).
public enum OpenFiles {
  /// Raises the limit as far as it goes, at most to 65,536. A process that does so is to start no programs, since some cannot do with
  /// that many.
  public static func raise() throws(SystemError) {
    try checked(clinux_raise_open_files(), "raise the limit of open files")
  }
}
