import Glibc

/// Visibility of the host's processes in `/proc` for this process.
///
/// `/proc` may hide processes of other users (proc(5), `hidepid`; `ProtectProc=` of systemd). A hidden process may run
/// all the same.
public enum ProcessVisibility {
  /// Reason for which `/proc` hides processes from this one, as a clause; `nil` if it shows all of this process
  /// namespace.
  public static func obstacle() -> String? {
    guard let device = device() else { return "/proc is not there" }
    if !mayTrace, let mode = hiding(table: readTable(), device: device, groups: ownGroups()) {
      return "/proc hides the processes of other users from user \(geteuid()) (hidepid=\(mode))"
    }
    // Process 1 always exists, so if it cannot be seen, others may be hidden too.
    let first = open("/proc/1/comm", O_RDONLY | O_CLOEXEC)
    guard first < 0 else {
      close(first)
      return nil
    }
    switch errno {
    case ENOENT, EPERM, EACCES: return "/proc does not show all processes to user \(geteuid())"
    default: return nil
    }
  }

  /// Mode in which the host's `/proc` hides processes from an unprivileged user in these groups; `nil` if it hides
  /// none.
  public static func hidingMode(from groups: Set<UInt32>) -> String? {
    guard let device = device() else { return nil }
    return hiding(table: readTable(), device: device, groups: groups)
  }

  /// Mode in which a `/proc` hides processes from a user; `nil` if it hides none.
  /// - Parameters:
  ///   - table: the text of `/proc/self/mountinfo`.
  ///   - device: the device number of `/proc`, as in the table.
  ///   - groups: the groups of the user, who has no CAP_SYS_PTRACE.
  static func hiding(table: String, device: String, groups: Set<UInt32>) -> String? {
    var mode: String?
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 6, fields[2] == device, fields[4] == "/proc", let options = fields.last else { continue }
      mode = hiding(options: options.split(separator: ","), groups: groups)
    }
    return mode
  }

  private static func hiding(options: [Substring], groups: Set<UInt32>) -> String? {
    var mode = "0"
    var exempt: UInt32 = 0
    for option in options {
      if option.hasPrefix("hidepid=") { mode = String(option.dropFirst(8)) }
      if option.hasPrefix("gid=") { exempt = UInt32(option.dropFirst(4)) ?? 0 }
    }
    guard !["0", "off"].contains(mode) else { return nil }
    // Under `ptraceable` no group is exempt.
    guard ["4", "ptraceable"].contains(mode) || !groups.contains(exempt) else { return nil }
    return mode
  }

  /// Whether this process has CAP_SYS_PTRACE, to which all processes are visible.
  private static var mayTrace: Bool { (try? Capabilities.effective().contains(.tracing)) ?? false }

  private static func ownGroups() -> Set<UInt32> {
    var groups = [gid_t](repeating: 0, count: max(1, Int(getgroups(0, nil))))
    let count = getgroups(Int32(groups.count), &groups)
    return Set(groups.prefix(max(0, Int(count)))).union([getegid()])
  }

  private static func readTable() -> String {
    guard let file = try? FileDescriptor.open(reading: "/proc/self/mountinfo") else { return "" }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while text.count < 4 << 20,
      case .bytes(let count)? = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) })
    {
      text += buffer.prefix(count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func device() -> String? {
    var status = stat()
    return stat("/proc", &status) == 0 ? "\(major(status.st_dev)):\(minor(status.st_dev))" : nil
  }

  private static func major(_ device: UInt) -> UInt { (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF) }
  private static func minor(_ device: UInt) -> UInt { (device & 0xFF) | (device >> 12 & ~0xFF) }
}
