import ControlModel
import Glibc
import LinuxSystem

/// Starter of commands for a prober, from the tables that the supervisor has handed over.
///
/// It has the rights that the configured scripts need, so it reads no data from strangers: tables come from the loader,
/// requests from the prober, and a request names a command by its position.
package final class Starter {
  /// Number of tables kept for requests that still refer to an older configuration.
  private static let mostTables = 8
  private static let longestTable = 256 << 20
  private static let requestsPerTurn = 64
  /// Signals that end a run. SIGCONT is among them, since a stopped process would not end.
  private static let signals = [SIGTERM, SIGCONT, SIGKILL]
  /// Descriptors that runs leave free for the supervisor's messages and for answers.
  private static let reservedDescriptors = 64
  /// Descriptors of a run under way: one that reports its end, and one that reports why its program could not be
  /// executed.
  private static let descriptorsPerRun = 2
  /// Number of replies waiting for room in the socket above which no further requests are read.
  private static let mostUnsent = 4096

  private let supervisor: Channel
  private let groups: RunningGroups
  private let watcher: any DescriptorWatching
  private let makeSandbox: (_ hasNetwork: Bool) throws(SystemError) -> Sandbox
  private var supervisorRegistration: Reactor.Registration?
  private var tables: [(number: UInt64, starts: CommandStarts)] = []
  private var prober: ProberLink?
  /// Running scripts, also those of earlier probers until they are reaped.
  private var scripts: [ObjectIdentifier: RunningScript] = [:]

  /// A starter without a prober. It watches the supervisor's channel from now on.
  /// - Parameter groups: the record of process groups that must end with the prober.
  package init(
    supervisor: Channel, groups: RunningGroups, watcher: any DescriptorWatching,
    makeSandbox: @escaping (_ hasNetwork: Bool) throws(SystemError) -> Sandbox = {
      (hasNetwork) throws(SystemError) in try Sandbox(hasNetwork: hasNetwork)
    }
  ) throws(SystemError) {
    self.supervisor = supervisor
    self.groups = groups
    self.watcher = watcher
    self.makeSandbox = makeSandbox
    supervisorRegistration = try watcher.watch(supervisor.rawValue, for: .readable) { [weak self] _ in
      self?.receiveFromSupervisor()
    }
  }

  /// Reason for which the starter cannot go on; `nil` if it can.
  package private(set) var failure: String?

  /// Number of started processes that have not been reaped.
  var runningCount: Int { scripts.count }

  /// Leaves the prober and kills all running commands.
  func killAll() {
    leaveProber()
    for script in scripts.values { script.signal(SIGKILL) }
  }

  /// True once both the supervisor and the prober are gone.
  package var isFinished: Bool { supervisorRegistration == nil && prober == nil }

  // MARK: The supervisor

  private func receiveFromSupervisor() {
    for _ in 0..<Self.requestsPerTurn {
      switch try? supervisor.receive() {
      case .message(let bytes, _):
        guard let command = try? StarterCommand(decoding: bytes) else { continue }
        perform(command)
      // The descriptor of the message could not be received, and it is not sent again: without a table or a prober this
      // process is of no use. The next one gets everything again.
      case .truncated:
        failure = "a message from the supervisor came without its descriptor"
        leaveProber()
        return leaveSupervisor()
      case .wouldBlock: return
      case .closed, nil: return leaveSupervisor()
      }
    }
  }

  private func leaveSupervisor() {
    if let supervisorRegistration { watcher.unwatch(supervisorRegistration) }
    supervisorRegistration = nil
  }

  private func perform(_ command: StarterCommand) {
    switch command {
    case .ping: _ = try? supervisor.send([StarterReport.alive.rawValue])
    case .end:
      if let prober { receive(from: prober) }
      leaveProber()
      leaveSupervisor()
    case .table(let number):
      guard let file = supervisor.takeDescriptor() else { return }
      addTable(file, as: number)
    case .prober:
      guard let descriptor = supervisor.takeDescriptor() else { return }
      leaveProber()
      let link = ProberLink(Channel(descriptor))
      prober = link
      link.registration = try? watcher.watch(link.channel.rawValue, for: .readable) {
        [weak self, weak link] readiness in
        guard let self, let link else { return }
        if readiness.contains(.writable) { flush(link) }
        // A table is sent before the prober hears of it, but over another channel.
        receiveFromSupervisor()
        receive(from: link)
      }
      if let newest = tables.last { reportWeaknesses(of: newest.starts) }
    }
  }

  private func addTable(_ file: consuming FileDescriptor, as number: UInt64) {
    guard let bytes = try? MemoryFile.readAll(file.rawValue, limit: Self.longestTable),
      let table = try? bytes.withUnsafeBytes({ (bytes) throws(MessageError) in try CommandTable(decoding: bytes) })
    else { return }
    let isKnown = tables.last?.starts.table == table
    let starts = CommandStarts(table, makeSandbox: makeSandbox)
    tables.removeAll { $0.number == number }
    tables.append((number, starts))
    if tables.count > Self.mostTables { tables.removeFirst() }
    if !isKnown { reportWeaknesses(of: starts) }
  }

  private func reportWeaknesses(of starts: CommandStarts) {
    guard prober != nil else { return }
    for weakness in starts.weaknesses() { reply(weakness) }
  }

  // MARK: The prober

  /// Channel to a prober, with its requests.
  private final class ProberLink {
    let channel: Channel
    var registration: Reactor.Registration?
    var runs: [UInt32: RunningScript] = [:]
    /// Replies for which its socket had no room, in order.
    var unsent: [UnsentReply] = []

    init(_ channel: Channel) { self.channel = channel }
  }

  private func receive(from link: ProberLink) {
    for _ in 0..<Self.requestsPerTurn {
      guard link === prober, link.unsent.count < Self.mostUnsent else { return }
      switch try? link.channel.receive() {
      case .message(let bytes, _):
        guard let request = try? StartRequest(decoding: bytes) else { continue }
        perform(request, for: link)
      case .truncated: continue
      case .wouldBlock: return
      case .closed, nil: return leaveProber()
      }
    }
  }

  /// Kills the commands that end with the prober.
  private func leaveProber() {
    guard let link = prober else { return }
    prober = nil
    if let registration = link.registration { watcher.unwatch(registration) }
    for script in link.runs.values {
      script.onEnd = nil
      if script.endsWithProber { script.signal(SIGKILL) }
    }
  }

  private func perform(_ request: StartRequest, for link: ProberLink) {
    switch request {
    case .run(let number, let run):
      guard let output = link.channel.takeDescriptor() else { return }
      start(run, as: number, output, for: link)
    case .signal(let number, let signal):
      if Self.signals.contains(signal) { link.runs[number]?.signal(signal) }
    case .openFIFO(let number, let table, let fifo): openFIFO(table, fifo, as: number)
    case .removeFIFO(let table, let fifo):
      if let fifo = starts(of: table)?.fifo(fifo) { FIFOOpening.remove(fifo) }
    case .openFile(let number, let table, let file): openFile(table, file, as: number)
    case .writeFile(let number, let table, let file, let overwrites):
      write(table, file, overwrites: overwrites, as: number)
    }
  }

  private func starts(of table: UInt64) -> CommandStarts? { tables.last { $0.number == table }?.starts }

  private func start(_ run: RunRequest, as number: UInt32, _ output: consuming FileDescriptor, for link: ProberLink) {
    var note: UnsafeMutablePointer<Int32>?
    do throws(StartRefusal) {
      guard link.runs[number] == nil else {
        throw StartRefusal(description: "cannot run: another run has its number")
      }
      guard let starts = starts(of: run.table) else {
        throw StartRefusal(description: "cannot run: the configuration that it belongs to is gone")
      }
      let command = try starts.command(run.command)
      let endsWithProber = command.purpose.endsWithProber
      guard hasRoom(for: starts, endsWithProber: endsWithProber) else {
        throw StartRefusal(description: "cannot run now: too many scripts run already", isShortage: true)
      }
      if endsWithProber { note = groups.reserve() }
      let child = try starts.start(command, telling: run.notification, output: output.rawValue, note: note)
      let script = RunningScript(child, note: note, endsWithProber: endsWithProber)
      watch(script)
      link.runs[number] = script
      script.onEnd = { [weak self, weak link] ending in
        link?.runs[number] = nil
        self?.report(ending, of: number)
      }
      let gate = child.takeSandboxGate()
      reply(.started(number, process: child.processID), descriptor: gate?.rawValue)
    } catch {
      note?.pointee = 0
      reply(.refused(number, isShortage: error.isShortage, reason: error.description))
    }
  }

  /// True if another command may run beside those of older configurations and probers. Notifications, which may outlive
  /// a prober, leave room for checks.
  private func hasRoom(for starts: CommandStarts, endsWithProber: Bool) -> Bool {
    let same = scripts.values.count { $0.endsWithProber == endsWithProber }
    guard same < (endsWithProber ? starts.mostChecks : starts.mostNotifications) else { return false }
    let most = max(sysconf(Int32(_SC_OPEN_MAX)) - Self.reservedDescriptors, 0) / Self.descriptorsPerRun
    return endsWithProber ? scripts.count < most : same < most / 2
  }

  private func watch(_ script: RunningScript) {
    let key = ObjectIdentifier(script)
    scripts[key] = script
    do {
      let registration = try watcher.watch(script.child.rawValue, for: .readable) { [weak self, weak script] _ in
        guard let script, script.reapIfEnded() else { return }
        if let registration = script.registration { self?.watcher.unwatch(registration) }
        self?.scripts[key] = nil
      }
      script.registration = registration
    } catch {
      // The end of the process could not be noticed.
      script.signal(SIGKILL)
    }
  }

  private func report(_ ending: RunningScript.Ending, of number: UInt32) {
    switch ending {
    case .neverRan(let refusal):
      reply(.refused(number, isShortage: refusal.isShortage, reason: refusal.description))
    case .ended(.exited(let code)): reply(.ended(number, .exited(code)))
    case .ended(.signaled(let signal)): reply(.ended(number, .signaled(signal)))
    }
  }

  private func openFIFO(_ table: UInt64, _ fifo: UInt32, as number: UInt32) {
    guard let starts = starts(of: table), let fifo = starts.fifo(fifo) else {
      return reply(.fifoRefused(number, reason: "belongs to a configuration that is gone"))
    }
    do throws(StartRefusal) {
      let opened = try FIFOOpening(fifo, identities: starts.identities).open()
      reply(.fifo(number, isNew: opened.isNew), descriptor: opened.descriptor.rawValue)
    } catch {
      reply(.fifoRefused(number, reason: error.description))
    }
  }

  private func openFile(_ table: UInt64, _ file: UInt32, as number: UInt32) {
    guard let starts = starts(of: table), let file = starts.file(file) else {
      return reply(.fileRefused(number, .system(ENOENT)))
    }
    do throws(TrackedPath.Refusal) {
      // The descriptor is handed to the prober, so a link made by another user would let the prober read any file that
      // root may read.
      let target = try TrackedPath.open(file.path, refusesLinks: true)
      reply(.file(number), descriptor: target.file.rawValue)
    } catch {
      reply(.fileRefused(number, StartReply.FileRefusal(error)))
    }
  }

  private func write(_ table: UInt64, _ file: UInt32, overwrites: Bool, as number: UInt32) {
    guard let file = starts(of: table)?.file(file), let value = file.initialValue else {
      return reply(.written(number, error: ENOENT))
    }
    do {
      try InitialNumber.write(Int(value), to: file.path, overwrites: overwrites && file.overwrites)
      reply(.written(number, error: 0))
    } catch {
      reply(.written(number, error: error.errno))
    }
  }

  /// Sends a reply. If the prober is held up and its socket is full, the reply waits.
  private func reply(_ reply: StartReply, descriptor: Int32? = nil) {
    guard let prober else { return }
    if prober.unsent.isEmpty, send(reply.encoded, descriptor, to: prober) { return }
    guard prober === self.prober else { return }
    prober.unsent.append(UnsentReply(bytes: reply.encoded, copying: descriptor))
    awaitRoom(for: prober)
  }

  private func flush(_ link: ProberLink) {
    var sent = 0
    for reply in link.unsent {
      guard send(reply.bytes, reply.rawValue, to: link) else { break }
      sent += 1
    }
    link.unsent.removeFirst(sent)
    awaitRoom(for: link)
  }

  private func awaitRoom(for link: ProberLink) {
    guard let registration = link.registration else { return }
    let listens: Interest = link.unsent.count < Self.mostUnsent ? .readable : []
    try? watcher.modify(registration, for: link.unsent.isEmpty ? .readable : listens.union(.writable))
  }

  /// Sends a reply. Returns false if it must wait for room; true if it was sent or the prober is gone.
  private func send(_ bytes: [UInt8], _ descriptor: Int32?, to link: ProberLink) -> Bool {
    switch try? link.channel.send(bytes, descriptors: descriptor.map { [$0] } ?? []) {
    case .sent: return true
    case .wouldBlock: return false
    case .closed, nil:
      if link === prober { leaveProber() }
      return true
    }
  }
}

extension StartReply.FileRefusal {
  fileprivate init(_ refusal: TrackedPath.Refusal) {
    switch refusal {
    case .system(let number): self = .system(number)
    case .notRegular: self = .notRegular
    case .kernels(let name): self = .kernels(name)
    case .link(let text): self = .link(text)
    }
  }
}

/// Reply that waits for room, with a copy of its descriptor.
private final class UnsentReply {
  let bytes: [UInt8]
  /// Number of the copied descriptor.
  let rawValue: Int32?
  private let descriptor: FileDescriptor?

  init(bytes: [UInt8], copying descriptor: Int32?) {
    self.bytes = bytes
    let copy = descriptor.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? -1
    rawValue = copy < 0 ? nil : copy
    self.descriptor = copy < 0 ? nil : FileDescriptor(owning: copy)
  }
}
