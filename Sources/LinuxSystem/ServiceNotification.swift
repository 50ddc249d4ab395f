import CLinux
import Glibc
import NetworkTypes

/// Notifications to the service manager about the state of the service (sd_notify(3)). They do nothing without a
/// manager.
public struct ServiceNotification: Sendable {
  private let socketPath: String?
  /// Longest time between two calls of ``watchdog()``; `nil` if the manager does not watch this process.
  public let watchdogInterval: Nanoseconds?

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from `environment`, for the process `process`.
  public init(environment: ProcessEnvironment = .current, process: Int32 = getpid()) {
    let path = environment["NOTIFY_SOCKET"] ?? ""
    socketPath = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
    let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
    let interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
    watchdogInterval = interval.flatMap { isForUs && $0 > 0 ? .microseconds($0) : nil }
  }

  /// Whether a service manager receives notifications.
  public var isListening: Bool { socketPath != nil }

  /// Reports that the service is up, or up again after ``reloading(at:)``.
  public func ready(status: String? = nil) throws(SystemError) { try send("READY=1", status) }

  /// Reports that a reload begins; `now` is the time at which it was requested.
  public func reloading(at now: MonotonicInstant) throws(SystemError) {
    try send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1_000)", nil)
  }

  /// Reports that the service is stopping.
  public func stopping(status: String? = nil) throws(SystemError) { try send("STOPPING=1", status) }

  /// Reports that the present start or stop may take this much longer from now on.
  public func extendTimeout(by time: Nanoseconds) throws(SystemError) {
    try send("EXTEND_TIMEOUT_USEC=\(time.rawValue / 1_000)", nil)
  }

  /// Reports that the process is alive.
  public func watchdog() throws(SystemError) { try send("WATCHDOG=1", nil) }

  /// Reports one line about what the service is doing.
  public func status(_ text: String) throws(SystemError) { try send(nil, text) }

  private func send(_ state: String?, _ status: String?) throws(SystemError) {
    guard let socketPath else { return }
    let line = status.map { "STATUS=" + String($0.map { $0.isNewline ? " " : $0 }) }
    let message = [state, line].compactMap { $0 }.joined(separator: "\n")
    let bytes = Array(message.utf8)
    try checked(clinux_send_to_unix(socketPath, bytes, bytes.count), "notify service manager at", socketPath)
  }
}
