import CLinux

/// Filter of system calls for the processes that read packets and answers of other hosts: they cannot act on another process, though it
/// has the same user.
public enum RoleFilter {
  /// Sets the filter (seccomp(2)). From then on the process cannot start a process, cannot signal, trace, limit or schedule another
  /// one, and cannot set SO_LINGER. It can start threads. The filter stays until the process ends.
  ///
  /// Call it before other threads are started, and after `no_new_privs` is set.
  /// - Parameter sendsAnyPacket: whether raw sockets are for more than ICMP.
  /// - Throws: ENOSYS or EINVAL where the kernel has no filters, EACCES where new privileges are possible.
  public static func begin(sendsAnyPacket: Bool) throws(SystemError) {
    try checked(clinux_role_filter(sendsAnyPacket), "filter system calls")
  }
}
