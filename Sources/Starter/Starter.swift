import ControlModel
import Glibc
import LinuxSystem

/// Starts what a prober asks for, out of the tables that the supervisor has handed over.
///
/// It has the rights that the file's scripts need, so it reads nothing that a stranger sends: tables come from the loader, requests from
/// the prober, and those name commands by their place.
public final class Starter {
  /// Tables that are kept for what still waits under an older configuration.
  private static let mostTables = 8
  private static let longestTable = 256 << 20
  private static let requestsPerTurn = 64
  /// What ends a run. One that was stopped would have its place for ever.
  private static let signals = [SIGTERM, SIGCONT, SIGKILL]
  /// Descriptors that no run gets, since the supervisor's words and the answers need some.
  private static let reservedDescriptors = 64
  /// A run that goes on has the one that tells its end, and one that tells why it could not execute its program.
  private static let descriptorsPerRun = 2
  /// Replies that wait for room beyond this many keep further requests waiting.
  private static let mostUnsent = 4096

  private let supervisor: Channel
  private let groups: RunningGroups
  private let watcher: any DescriptorWatching
  private let makeSandbox: (_ hasNetwork: Bool) throws(SystemError) -> Sandbox
  private var supervisorRegistration: Reactor.Registration?
  private var tables: [(number: UInt64, starts: CommandStarts)] = []
  private var prober: ProberLink?
  /// Also those of probers before this one, until they are reaped.
  private var scripts: [ObjectIdentifier: RunningScript] = [:]

  /// A starter without a prober. It watches the supervisor's channel from now on.
  /// - Parameter groups: where the groups are noted that must not outlive the prober.
  public init(
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
      self?.hearSupervisor()
    }
  }

  /// Why it cannot go on, if that is so.
  public private(set) var failure: String?

  /// How many processes it has started that are not reaped yet.
  var runningCount: Int { scripts.count }

  /// Lets go of the prober and kills all that runs.
  func killAll() {
    leaveProber()
    for script in scripts.values { script.signal(SIGKILL) }
  }

  /// Whether nobody is left to start anything for.
  public var isFinished: Bool { supervisorRegistration == nil && prober == nil }

  // MARK: The supervisor

  private func hearSupervisor() {
    for _ in 0..<Self.requestsPerTurn {
      switch try? supervisor.receive() {
      case .message(let bytes, _):
        guard let command = try? StarterCommand(decoding: bytes) else { continue }
        carryOut(command)
      // There was no descriptor left for the one that came with it, and it does not come again: without a table or a prober this
      // process is of no use. The next one is told all anew.
      case .truncated:
        failure = "a word of the supervisor's has lost its descriptor"
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

  private func carryOut(_ command: StarterCommand) {
    switch command {
    case .ping: _ = try? supervisor.send([StarterReport.alive.rawValue])
    case .end:
      if let prober { hear(prober) }
      leaveProber()
      leaveSupervisor()
    case .table(let number):
      guard let file = supervisor.takeDescriptor() else { return }
      adopt(file, as: number)
    case .prober:
      guard let descriptor = supervisor.takeDescriptor() else { return }
      leaveProber()
      let link = ProberLink(Channel(descriptor))
      prober = link
      link.registration = try? watcher.watch(link.channel.rawValue, for: .readable) {
        [weak self, weak link] readiness in
        guard let self, let link else { return }
        if readiness.contains(.writable) { flush(link) }
        // A table comes before the prober is told of it, though by another way.
        hearSupervisor()
        hear(link)
      }
      if let newest = tables.last { tellWeaknesses(of: newest.starts) }
    }
  }

  private func adopt(_ file: consuming FileDescriptor, as number: UInt64) {
    guard let bytes = try? MemoryFile.readAll(file.rawValue, limit: Self.longestTable),
      let table = try? bytes.withUnsafeBytes({ (bytes) throws(MessageError) in try CommandTable(decoding: bytes) })
    else { return }
    let isKnown = tables.last?.starts.table == table
    let starts = CommandStarts(table, makeSandbox: makeSandbox)
    tables.removeAll { $0.number == number }
    tables.append((number, starts))
    if tables.count > Self.mostTables { tables.removeFirst() }
    if !isKnown { tellWeaknesses(of: starts) }
  }

  private func tellWeaknesses(of starts: CommandStarts) {
    guard prober != nil else { return }
    for weakness in starts.weaknesses() { reply(weakness) }
  }

  // MARK: The prober

  /// The channel to a prober, and what it has asked for.
  private final class ProberLink {
    let channel: Channel
    var registration: Reactor.Registration?
    var runs: [UInt32: RunningScript] = [:]
    /// Replies that its socket had no room for, in order.
    var unsent: [UnsentReply] = []

    init(_ channel: Channel) { self.channel = channel }
  }

  private func hear(_ link: ProberLink) {
    for _ in 0..<Self.requestsPerTurn {
      guard link === prober, link.unsent.count < Self.mostUnsent else { return }
      switch try? link.channel.receive() {
      case .message(let bytes, _):
        guard let request = try? StartRequest(decoding: bytes) else { continue }
        carryOut(request, for: link)
      case .truncated: continue
      case .wouldBlock: return
      case .closed, nil: return leaveProber()
      }
    }
  }

  /// Kills what must not go on without the prober.
  private func leaveProber() {
    guard let link = prober else { return }
    prober = nil
    if let registration = link.registration { watcher.unwatch(registration) }
    for script in link.runs.values {
      script.onEnd = nil
      if script.endsWithProber { script.signal(SIGKILL) }
    }
  }

  private func carryOut(_ request: StartRequest, for link: ProberLink) {
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
        self?.tell(ending, of: number)
      }
      let gate = child.takeSandboxGate()
      reply(.started(number, process: child.processID), descriptor: gate?.rawValue)
    } catch {
      note?.pointee = 0
      reply(.refused(number, isShortage: error.isShortage, reason: error.description))
    }
  }

  /// Whether one more may run, beside those of an older configuration and of an older prober. Notifications, which may go on without
  /// a prober, leave room for what must not.
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
      // Nobody would see its end.
      script.signal(SIGKILL)
    }
  }

  private func tell(_ ending: RunningScript.Ending, of number: UInt32) {
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
      // What it says is handed over whole, so a stranger's link would lead the prober to whatever root may read.
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

  /// A prober that stands still leaves its socket full; what it is told meanwhile waits until it goes on.
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

  /// Whether it needs to wait no more: it is sent, or nobody is there to hear it.
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
    case .link(let words): self = .link(words)
    }
  }
}

/// A reply that waits for room, with a copy of the descriptor that goes with it.
private final class UnsentReply {
  let bytes: [UInt8]
  /// The copy's number.
  let rawValue: Int32?
  private let descriptor: FileDescriptor?

  init(bytes: [UInt8], copying descriptor: Int32?) {
    self.bytes = bytes
    let copy = descriptor.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? -1
    rawValue = copy < 0 ? nil : copy
    self.descriptor = copy < 0 ? nil : FileDescriptor(owning: copy)
  }
}
