import Configuration
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// A FIFO that transitions are written to, and the script that reads it if there is one.
///
/// It is held open for reading as well, so that having no reader is no error: lines wait in it until it is full, after which
/// they are dropped and counted.
final class NotifyPipe {
  let definition: NotifyFIFO
  private let loop: EventLoop
  private let log: LogWriter
  private var launcher: CommandLauncher
  private var descriptor: OwnedDescriptor?
  private var isOurs = false
  private var lostLines = 0
  private(set) var reader: CommandRun?
  private var restart: EventLoop.Timer?
  private var restarts: [MonotonicInstant] = []
  private var isClosed = false

  /// A reader that dies this often within a minute is not started again before the next configuration.
  private static let mostRestartsPerMinute = 10
  /// A reader is to run as long as the prober does.
  private static let readerLimit = Nanoseconds.seconds(1 << 32)

  /// Opens the FIFO, making it if it is missing, and starts its script.
  init(_ definition: NotifyFIFO, launcher: CommandLauncher, loop: EventLoop, log: LogWriter) {
    self.definition = definition
    self.launcher = launcher
    self.loop = loop
    self.log = log
    if let problem = open() {
      log.log(
        .error, "notify FIFO \(definition.path): \(problem)",
        fields: [("event", "fifo-refused"), ("path", definition.path), ("reason", problem)])
    } else {
      startReader()
    }
  }

  /// Goes on under a new configuration that did not change this FIFO; a reader that was given up is tried again.
  func use(_ launcher: CommandLauncher) {
    self.launcher = launcher
    restarts = []
    if descriptor != nil, reader == nil, restart == nil { startReader() }
  }

  /// Writes one line, or counts it as lost when the FIFO is full.
  func write(_ line: String) {
    guard let descriptor else { return }
    if lostLines > 0 { say(lostLines) }
    let bytes = Array((line + "\n").utf8)
    // A line is shorter than PIPE_BUF, so it is written whole or not at all.
    guard case .bytes(bytes.count) = try? descriptor.descriptor.write(bytes) else {
      if lostLines == 0 {
        log.log(
          .warning, "notify FIFO \(definition.path) is full: lines are lost until somebody reads it",
          fields: [("event", "fifo-full"), ("path", definition.path)])
      }
      lostLines += 1
      return
    }
    lostLines = 0
  }

  /// Gives the FIFO up once its script has read what waits; it finds the end then and can end by itself. To be called
  /// again until the script has ended, or until nobody wants to wait any longer.
  func finish() {
    isClosed = true
    loop.cancel(restart)
    var waiting: Int32 = 0
    // While lines wait the FIFO must stay open: with its last descriptor they would go.
    if let descriptor, reader != nil, ioctl(descriptor.rawValue, UInt(FIONREAD), &waiting) == 0, waiting > 0 { return }
    descriptor = nil
  }

  /// Kills the script and, if this process made the FIFO and it is no longer wanted, removes it.
  func close(remove: Bool) {
    isClosed = true
    loop.cancel(restart)
    descriptor = nil
    reader?.kill()
    reader = nil
    if remove, isOurs { unlink(definition.path) }
  }

  private func say(_ count: Int) {
    var question = pollfd(fd: descriptor?.rawValue ?? -1, events: Int16(POLLOUT), revents: 0)
    guard poll(&question, 1, 0) == 1 else { return }
    log.log(
      .warning, "notify FIFO \(definition.path) is read again; \(count) lines are lost",
      fields: [("event", "fifo-lost"), ("path", definition.path), ("count", "\(count)")])
  }

  /// Opens the FIFO; the answer says what keeps it from being used.
  private func open() -> String? {
    let path = definition.path
    if mkfifo(path, 0o600) == 0 {
      isOurs = true
    } else if errno != EEXIST {
      return "cannot be made: \(SystemError.reason(errno))"
    }
    do {
      let file = try FileDescriptor.open(path, flags: O_RDWR | O_NONBLOCK | O_NOFOLLOW)
      var status = stat()
      guard fstat(file.rawValue, &status) == 0 else { return "cannot be inspected: \(SystemError.reason(errno))" }
      guard status.st_mode & S_IFMT == S_IFIFO else { return "is not a FIFO" }
      if !isOurs, let problem = distrust(status) { return problem }
      if isOurs, let problem = giveAway(file.rawValue) { return problem }
      descriptor = OwnedDescriptor(file)
      return nil
    } catch {
      return error.errno == ELOOP ? "is a symbolic link" : "cannot be opened: \(SystemError.reason(error.errno))"
    }
  }

  /// Why a FIFO that was there before is not to be used: whoever else can write to it could forge notifications.
  private func distrust(_ status: stat) -> String? {
    if status.st_mode & 0o002 != 0 {
      return "can be written by everyone (mode \(String(status.st_mode & 0o777, radix: 8)))"
    }
    let configured = definition.owner.flatMap { try? UserDatabase.lookup($0.user) }?.userID
    guard status.st_uid == 0 || status.st_uid == geteuid() || status.st_uid == configured else {
      return "belongs to user \(status.st_uid), who could forge notifications"
    }
    return nil
  }

  private func giveAway(_ fd: Int32) -> String? {
    guard let owner = definition.owner else { return nil }
    do {
      guard let user = try UserDatabase.lookup(owner.user) else { return "there is no user \(owner.user)" }
      var group = user.groupID
      if let name = owner.group {
        guard let number = try UserDatabase.lookup(group: name) else { return "there is no group \(name)" }
        group = number
      }
      if user.userID == geteuid(), group == getegid() { return nil }
      return fchown(fd, user.userID, group) == 0
        ? nil : "cannot be given to \(owner.user): \(SystemError.reason(errno))"
    } catch {
      return "\(error)"
    }
  }

  private func startReader() {
    restart = nil
    guard !isClosed, let script = definition.script else { return }
    do throws(ScriptIdentities.Refusal) {
      reader = try launcher.launch(script, extra: [definition.path], limit: Self.readerLimit, endsWithProber: true) {
        [weak self] outcome in
        self?.readerEnded(outcome)
      }
    } catch {
      readerEnded(CommandOutcome(end: .notStarted(error.description), lastLine: ""))
    }
  }

  private func readerEnded(_ outcome: CommandOutcome) {
    reader = nil
    guard !isClosed else { return }
    restarts.removeAll { loop.now - $0 > .seconds(60) }
    restarts.append(loop.now)
    let words = outcome.description.isEmpty ? "exit 0" : outcome.description
    let givesUp = restarts.count > Self.mostRestartsPerMinute
    let next = givesUp ? "it died too often and is not started again" : "it is started again"
    log.log(
      .error, "the script that reads \(definition.path) ended (\(words)); \(next)",
      fields: [("event", "fifo-reader"), ("path", definition.path), ("reason", words)])
    guard !givesUp else { return }
    restart = loop.schedule(after: .seconds(1)) { [weak self] in self?.startReader() }
  }
}
