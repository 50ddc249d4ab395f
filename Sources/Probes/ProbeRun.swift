import ConfigurationModel
import Glibc
import LinuxSystem
import NIOCore
import NIOPosix
import NIOSSL
import NetworkTypes

/// Run of a probe, from its start to its outcome. Used on the probes' event loop only.
final class ProbeRun: @unchecked Sendable {
  let loop: any EventLoop
  let thread: ProbeThread
  private let asked: String
  private let timeout: Nanoseconds
  private let start = NIODeadline.now()
  /// Instant at which the run's time is up.
  private var due: NIODeadline
  /// True while the run waits for a thread, so that nothing has been asked.
  private var isWithoutThread = false
  private var timer: Scheduled<Void>?
  private var completion: (@Sendable (ProbeOutcome) -> Void)?
  private var channels: [any NIOCore.Channel] = []
  /// Present stage of the run, for the words of a timeout.
  var stage = "no answer"
  /// True if a socket in the file system is asked.
  private var asksFile = false

  init(
    asked: String, timeout: Nanoseconds, loop: any EventLoop, thread: ProbeThread,
    completion: @escaping @Sendable (ProbeOutcome) -> Void
  ) {
    self.asked = asked
    self.timeout = timeout
    self.loop = loop
    self.thread = thread
    self.completion = completion
    due = start + .nanoseconds(timeout.rawValue)
    wait(until: due)
  }

  /// Time that the run may take.
  var limit: TimeAmount { .nanoseconds(timeout.rawValue) }

  /// Takes note that a socket in the file system is asked.
  func askFile() { asksFile = true }

  /// Takes note that nothing is asked until there is a thread for it.
  func waitForThread() { isWithoutThread = true }

  /// Takes note that there is a thread, so that the run's time begins now.
  func threadIsThere() {
    guard isWithoutThread, !isFinished else { return }
    isWithoutThread = false
    timer?.cancel()
    due = .now() + limit
    wait(until: due)
  }

  /// True once there is an outcome.
  var isFinished: Bool { completion == nil }

  /// Takes a channel that is closed at the end of the run.
  /// - Throws: `ChannelError.alreadyClosed` if the run has ended. The caller then closes the channel.
  func own(_ channel: any NIOCore.Channel) throws {
    guard !isFinished else { throw ChannelError.alreadyClosed }
    channels.append(channel)
  }

  /// Ends the run; only the first call counts.
  func finish(_ finding: Finding) {
    // A server that gave up while this host stood still has not failed.
    guard finding.isSuccess || finding.isUnasked || NIODeadline.now() - due < Self.standstill else {
      return end(.unasked("this host stood still while it was asked")) { _ in "" }
    }
    // What this host lacks is said once, so nothing in its words may differ from run to run.
    end(finding) { finding.isUnasked ? "" : " in \($0.spoken)" }
  }

  private func end(_ finding: Finding, _ time: (Nanoseconds) -> String) {
    guard let completion else { return }
    self.completion = nil
    timer?.cancel()
    timer = nil
    for channel in channels { channel.close(mode: .all, promise: nil) }
    channels = []
    let elapsed = Nanoseconds(rawValue: (NIODeadline.now() - start).nanoseconds)
    var outcome = ProbeOutcome(
      isSuccess: finding.isSuccess, words: "\(asked): \(finding.words)\(time(elapsed))", elapsed: elapsed)
    outcome.isUnasked = finding.isUnasked
    outcome.isBarred = finding.isBarred
    completion(outcome)
  }

  /// Ends the run because of an error.
  func fail(_ error: any Error) {
    var finding = Finding.failure(Self.words(for: error))
    finding.isBarred = isBar(error)
    finding.isUnasked = finding.isBarred || Self.isShortage(error)
    finish(finding)
  }

  /// True for an error by which this process has no right to a socket of this kind, or the kernel has no such sockets; for a
  /// socket in the file system, also if this process has no right to it. On a network, firewalls and routes cause the same
  /// numbers, so they do not count there.
  func isBar(_ error: any Error) -> Bool {
    if let error = error as? SystemError { return [EPERM, EACCES, EAFNOSUPPORT].contains(error.errno) }
    guard let number = (error as? IOError)?.errnoCode else { return false }
    return number == EAFNOSUPPORT || asksFile && [EPERM, EACCES].contains(number)
  }

  /// True for an error by which this host lacks descriptors, memory or ports.
  static func isShortage(_ error: any Error) -> Bool {
    let number = (error as? IOError)?.errnoCode ?? (error as? SystemError)?.errno
    return number.map { [EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL].contains($0) } ?? false
  }

  /// Delay of a deadline from which this process counts as having stood still.
  static let standstill = TimeAmount.milliseconds(250)
  /// Most times that a run's deadline is extended because this thread was late.
  private static let mostExtensions = 3

  /// Waits for the end of the run's time. If this thread is late, the deadline is extended, so that answers that wait in
  /// its sockets are read first.
  private func wait(until deadline: NIODeadline, extensions: Int = 0) {
    // It holds the run, so that no run is forgotten before its time is up.
    timer = loop.scheduleTask(deadline: deadline) { [self] in
      guard !isFinished else { return }
      let late = NIODeadline.now() - deadline
      // Who is always a little late is a busy host, and not to be waited for again and again.
      let isLate = late >= (extensions == 0 ? .milliseconds(5) : Self.standstill)
      guard extensions == Self.mostExtensions || !isLate else {
        return wait(until: .now() + min(late, limit), extensions: extensions + 1)
      }
      guard !isWithoutThread else { return end(.unasked("no thread is free to ask; too many others hang")) { _ in "" } }
      end(.failure(stage)) { _ in " within \(timeout.spokenLimit)" }
    }
  }

  /// Description of an error, in words by which an operator can act.
  static func words(for error: any Error) -> String {
    switch error {
    case let error as IOError: return SystemError.reason(error.errnoCode).lowercasedFirst
    case let error as SystemError: return "\(error)"
    case ChannelError.connectTimeout: return "no connection"
    case ChannelError.eof, ChannelError.inputClosed, ChannelError.alreadyClosed, ChannelError.ioOnClosedChannel:
      return "closed by the other end"
    case let error as NIOSSLError:
      switch error {
      case .handshakeFailed(let cause): return "TLS: " + quoted(Self.tlsWords("\(cause)").utf8, most: 120)
      case .uncleanShutdown: return "TLS: cut off by the other end"
      case .unableToValidateCertificate: return "TLS: the certificate is not made out to this name"
      case .noCertificateToValidate: return "TLS: there is no certificate"
      default: return "TLS: \(error)"
      }
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      return "TLS: the certificate is not made out to this name"
    case let error as BoringSSLError: return "TLS: " + quoted(Self.tlsWords("\(error)").utf8, most: 120)
    default: return quoted("\(error)".utf8, most: 120)
    }
  }

  /// Reason in BoringSSL's `sslError([Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:REASON at …])`.
  private static func tlsWords(_ text: String) -> String {
    let parts = text.split(separator: ":")
    guard let place = parts.firstIndex(of: "OPENSSL_internal"), place + 1 < parts.count else { return text }
    let reason = parts[place + 1].prefix { $0 != "]" && $0 != "\n" }
    let words = reason.split(separator: " at ").first ?? reason
    return words.lowercased().split(separator: "_").joined(separator: " ")
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
