import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import PrintableText

/// FIFO to which transitions are written, with the script that reads it if there is one.
///
/// The FIFO is held open for reading too, so that a missing reader is no error. Lines wait in it until it is full; further
/// lines are dropped and counted.
final class NotifyPipe: StarterLink.Asker {
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
  /// Instant from which the script could find the end of the FIFO; `nil` before that.
  private var finishedAt: MonotonicInstant?
  /// Called once the script is gone, if it was told to end.
  var onReaderGone: (() -> Void)?

  /// Request that the starter has not answered; `nil` for none.
  private var request: UInt32?
  /// True while another script reads the FIFO.
  private var awaitsOther: Bool
  /// True if the FIFO cannot be used under this configuration.
  private var isRefused = false
  private var lastProblem = ""
  /// Lines from before the FIFO was open.
  private var waiting: [String] = []
  private static let mostWaiting = 1024

  /// Most restarts of a reader within a minute. After that it is not started again before the next configuration.
  private static let mostRestartsPerMinute = 10
  /// Time in which a script that has found the end of the FIFO must end by itself. After that it is told to end.
  private static let endTime = Nanoseconds.milliseconds(500)
  /// Limit of a reader's run, which never comes: a reader runs as long as the prober.
  private static let readerLimit = Nanoseconds.seconds(1 << 32)

  /// Opens the FIFO, making it if it is missing, and starts its script.
  /// - Parameter awaitsOther: true if another script still reads the FIFO, so that ``startReader()`` starts this one later.
  init(
    _ definition: NotifyFIFO, launcher: CommandLauncher, loop: EventLoop, log: LogWriter, awaitsOther: Bool = false
  ) {
    self.definition = definition
    self.launcher = launcher
    self.loop = loop
    self.log = log
    self.awaitsOther = awaitsOther
    open()
  }

  func hear(_ reply: StartReply, _ descriptor: consuming FileDescriptor?) {
    if let request { launcher.starter.forget(request) }
    request = nil
    guard !isClosed else { return }
    switch reply {
    case .fifo(_, let isNew):
      guard let descriptor else { return openLater("came without its descriptor") }
      opened(descriptor, isNew: isNew)
    case .fifoRefused(_, let reason):
      waiting = []
      isRefused = true
      complain(reason)
    case .started, .refused, .ended, .file, .fileRefused, .written, .weakness: break
    }
  }

  func starterEnded() { openLater("cannot be opened now: the process that starts scripts has ended") }

  /// Goes on under a new configuration that did not change this FIFO. A reader that was given up is tried again.
  /// - Parameter awaitsOther: true if another script still reads the FIFO.
  func use(_ launcher: CommandLauncher, awaitsOther: Bool = false) {
    self.launcher = launcher
    restarts = []
    self.awaitsOther = awaitsOther
    if !awaitsOther, restart == nil { startReader() }
    if isRefused {
      isRefused = false
      open()
    }
  }

  /// Writes one line, or counts it as lost if the FIFO is full.
  func write(_ line: String) {
    guard descriptor == nil else { return put(line) }
    guard !isRefused, !isClosed, waiting.count < Self.mostWaiting else { return }
    waiting.append(line)
  }

  private func put(_ line: String) {
    guard let descriptor else { return }
    if lostLines > 0 { say(lostLines) }
    let bytes = (line + "\n").preservedBytes
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

  /// Closes the FIFO once its script has read all lines. The script then finds the end and can end by itself; it is told to
  /// end if it does not. The caller calls this again until the script has ended or the time is up.
  /// - Parameter isUrgent: true if the script is told to end now, even if lines are left.
  func finish(isUrgent: Bool = false) {
    // What waits for it to be open is still to be read.
    guard request == nil || isUrgent else { return }
    isClosed = true
    loop.cancel(restart)
    if isUrgent || finishedAt.map({ loop.now - $0 >= Self.endTime }) == true { reader?.terminate() }
    var waiting: Int32 = 0
    // While lines wait the FIFO must stay open: with its last descriptor they would go.
    if let descriptor, reader != nil, ioctl(descriptor.rawValue, UInt(FIONREAD), &waiting) == 0, waiting > 0 { return }
    descriptor = nil
    if finishedAt == nil { finishedAt = loop.now }
  }

  /// True if a script runs, or will run as soon as the FIFO is open.
  var isRead: Bool { reader != nil || request != nil && definition.script != nil }

  /// Tells the script to end, and kills it if it does not. Removes the FIFO if this process made it and `remove` is true.
  /// ``reader`` is kept until the script is gone.
  func close(remove: Bool) {
    isClosed = true
    loop.cancel(restart)
    descriptor = nil
    reader?.terminate()
    if let request { launcher.starter.forget(request) }
    request = nil
    if remove, isOurs, let place = launcher.place(ofFIFO: definition.path) {
      launcher.starter.tell(.removeFIFO(table: launcher.table, fifo: place))
    }
  }

  /// Kills the script. ``onReaderGone`` is not called.
  func kill() {
    isClosed = true
    loop.cancel(restart)
    onReaderGone = nil
    reader?.kill()
    reader = nil
  }

  private func say(_ count: Int) {
    var question = pollfd(fd: descriptor?.rawValue ?? -1, events: Int16(POLLOUT), revents: 0)
    guard poll(&question, 1, 0) == 1 else { return }
    log.log(
      .warning, "notify FIFO \(definition.path) is read again; \(count) lines are lost",
      fields: [("event", "fifo-lost"), ("path", definition.path), ("count", "\(count)")])
  }

  /// Has the starter open the FIFO, and make it if it is missing.
  private func open() {
    guard let place = launcher.place(ofFIFO: definition.path) else { return }
    do {
      request = try launcher.starter.ask(self) { .openFIFO($0, table: launcher.table, fifo: place) }
    } catch {
      openLater("\(error)")
    }
  }

  private func openLater(_ reason: String) {
    request = nil
    restart = loop.schedule(after: .seconds(1)) { [weak self] in
      guard let self, !isClosed else { return }
      restart = nil
      open()
    }
    complain(reason)
  }

  private func complain(_ problem: String) {
    guard problem != lastProblem else { return }
    lastProblem = problem
    log.log(
      .error, "notify FIFO \(definition.path): \(problem)",
      fields: [("event", "fifo-refused"), ("path", definition.path), ("reason", problem)])
  }

  private func opened(_ descriptor: consuming FileDescriptor, isNew: Bool) {
    self.descriptor = OwnedDescriptor(descriptor)
    isOurs = isOurs || isNew
    for line in waiting { put(line) }
    waiting = []
    if !awaitsOther { startReader() }
  }

  /// Starts the script that reads the FIFO, if there is one.
  func startReader() {
    restart = nil
    awaitsOther = false
    guard !isClosed, reader == nil, descriptor != nil, let script = definition.script,
      let place = launcher.place(ofFIFO: definition.path)
    else { return }
    reader = launcher.launch(script, for: .reading(fifo: place), limit: Self.readerLimit) {
      [weak self] outcome in
      self?.readerEnded(outcome)
    }
  }

  private func readerEnded(_ outcome: CommandOutcome) {
    reader = nil
    guard !isClosed else {
      onReaderGone?()
      return
    }
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
