import CLinux

/// Keeps a process that reads what strangers send from acting on other processes, though they have the same user.
public enum RoleFilter {
  /// Refuses, for ever, to start a process, to signal, trace, limit or schedule another one, and to hand over a socket whose end
  /// another one would wait for (seccomp(2)). Threads may be started.
  ///
  /// It is for the calling thread and those that it starts, so it is to be called before there are others, and after no new privileges
  /// were asked for.
  /// - Parameter sendsAnyPacket: whether raw sockets are for more than ICMP.
  /// - Throws: ENOSYS or EINVAL where the kernel has no filters, EACCES where new privileges are possible.
  public static func begin(sendsAnyPacket: Bool) throws(SystemError) {
    try checked(clinux_role_filter(sendsAnyPacket), "filter system calls")
  }
}
