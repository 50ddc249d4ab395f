import CLinux

/// The list that gives rights to further users and groups beside a file's mode (acl(5)).
public enum AccessList {
  /// Whether there is one; a link is not followed.
  public static func exists(at path: String) -> Bool { clinux_has_access_list(path) }
}
