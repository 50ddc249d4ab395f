import CLinux

/// Access control list of a file, which grants rights in addition to its mode (acl(5)).
public enum AccessList {
  /// Whether the file has one. A symbolic link is not followed.
  public static func exists(at path: String) -> Bool { clinux_has_access_list(path) }
}
