import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import VRRPCore

/// The prober: takes messages of the supervisor and the engine, and runs checks and notifications.
final class Prober {
  /// Most bytes of a reload's report that are handed on.
  private static let mostReportBytes = 64 << 20
  /// Most earlier engines whose last messages are still received.
  private static let mostOldLinks = 4

  let loop: EventLoop
  private let supervisor: Channel
  let log: LogWriter
  /// Limiter of log lines about values that may change very often.
  private let lines: LineLimiter
  private let drains = OutputDrains()
  let starter: StarterLink
  let sandboxes: Sandboxes
  let checks: Checks
  private var probes: ProbeService?
  let files: TrackedFiles
  let processes: TrackedProcesses
  let combinations: Combinations
  let notifier: Notifier
  let lifecycle: LifecycleScripts
  var control: ControlSocket?
  var supervisorRegistration: Reactor.Registration?
  /// Bundle of the configuration that is served; `nil` before the first.
  private var bundle: Bundle?
  var configuration: ServedConfiguration?
  var link: EngineLink?
  var oldLinks: [EngineLink] = []
  var reloads: [UInt32: ControlConnection] = [:]
  private var lastToken: UInt32 = 0
  /// Configuration whose startup script was run before the first engine.
  var startup: (bundle: Bundle, configuration: Configuration)?
  var stopping: StopPhase?
  /// True once the supervisor has reported that everything is withdrawn, so that the shutdown script may run.
  var isWithdrawn = false
  var stopTimer: EventLoop.Timer?
  private var memoryTimer: EventLoop.Timer?

  /// A prober that serves nothing yet. It watches the supervisor's channel from now on.
  init(
    supervisor: Channel, loop: EventLoop, log: LogWriter, notified: NotifiedTransitions? = nil,
    scriptLimit: Nanoseconds = Notifier.scriptLimit
  ) throws(SystemError) {
    self.loop = loop
    self.supervisor = supervisor
    self.log = log
    lines = LineLimiter(loop: loop, log: log)
    starter = StarterLink(loop: loop)
    sandboxes = Sandboxes(loop: loop, log: log)
    checks = Checks(loop: loop, log: log)
    files = TrackedFiles(loop: loop, log: log)
    processes = TrackedProcesses(loop: loop, log: log)
    combinations = Combinations(loop: loop, log: log)
    notifier = Notifier(loop: loop, log: log, notified: notified, scriptLimit: scriptLimit)
    lifecycle = LifecycleScripts(log: log)
    starter.onWeakness = { [weak self] in self?.warn(ofWeaknessIn: $0, $1, isOwn: $2) }
    checks.onFinding = { [weak self] in self?.tell($0, $1) }
    files.onFinding = { [weak self] in self?.tell($0, $1) }
    processes.onFinding = { [weak self] in self?.tell($0, $1) }
    combinations.onFinding = { [weak self] in self?.link?.send($0, $1) }
    processes.onWish = { [weak self] isWanted in _ = self?.report(.processEvents(wanted: isWanted)) }
    supervisorRegistration = try loop.watch(supervisor.rawValue, for: .readable) { [weak self] _ in
      self?.hearSupervisor()
    }
  }

  // MARK: The supervisor

  private func hearSupervisor() {
    for _ in 0..<16 {
      switch try? supervisor.receive() {
      case .message(let bytes, _):
        guard let command = try? ProberCommand(decoding: bytes) else { continue }
        carryOut(command)
      case .truncated: continue
      case .wouldBlock: return
      case .closed, nil:
        if let supervisorRegistration { loop.unwatch(supervisorRegistration) }
        supervisorRegistration = nil
        supervisorIsGone()
        return
      }
    }
  }

  private func carryOut(_ command: ProberCommand) {
    switch command {
    case .serve where stopping != nil, .runStartupScript where stopping != nil: return
    case .runStartupScript(let table):
      guard let bundle = supervisor.takeDescriptor() else { return finishStartup() }
      runStartupScript(of: bundle, table: table)
    case .starter:
      guard let channel = supervisor.takeDescriptor() else { return }
      do {
        try starter.use(Channel(channel))
      } catch {
        log.log(.error, "no script can be started: \(error)")
      }
    case .control:
      if let socket = supervisor.takeDescriptor() { listen(on: socket) }
    case .serve(let table):
      guard let bundle = supervisor.takeDescriptor(), let board = supervisor.takeDescriptor(),
        let channel = supervisor.takeDescriptor()
      else { return log.log(.error, "the supervisor sent too few descriptors to serve an engine") }
      do {
        try serve(table: table, bundle: bundle, board: board, channel: channel)
      } catch {
        log.log(.error, "cannot serve the engine: \(error)")
      }
    case .reloadFinished(let token, let code, let message):
      let reply: ControlReply =
        code == ExitCode.success.rawValue ? .ok : .error(code: code, message: message)
      var report: [UInt8] = []
      if let file = supervisor.takeDescriptor() {
        report = (try? MemoryFile.readAll(file.rawValue, limit: Self.mostReportBytes)) ?? []
      }
      reloads.removeValue(forKey: token)?.reply(reply, body: report)
    case .shutdown:
      withdrawn()
    case .ping:
      _ = report(.alive)
      returnWhatServingTook()
    case .processEvents(let mark):
      if let socket = supervisor.takeDescriptor() { processes.listen(ProcessEventReader(socket), mark: mark) }
    }
  }

  func report(_ report: ProberReport) -> Bool {
    (try? supervisor.send(report.encoded)) == .sent
  }

  // MARK: Before the first engine

  private func runStartupScript(of bundleFile: consuming FileDescriptor, table: UInt64) {
    let bundle: Bundle
    let configuration: Configuration
    do {
      bundle = try Bundle(bundleFile)
      configuration = try bundle.configuration()
    } catch {
      log.log(.error, "the startup script is not run: \(error)")
      return finishStartup()
    }
    guard let script = configuration.global.startupScript else { return finishStartup() }
    startup = (bundle, configuration)
    let launcher = adopt(configuration, table)
    self.launcher = launcher
    _ = report(.takesLonger(seconds: script.timeout.wholeSeconds))
    lifecycle.run(script, .startup, launcher: launcher) { [weak self] in self?.finishStartup() }
  }

  private func finishStartup() { _ = report(.startupFinished) }

  // MARK: Serving an engine

  private func serve(
    table: UInt64, bundle bundleFile: consuming FileDescriptor, board boardFile: consuming FileDescriptor,
    channel channelEnd: consuming FileDescriptor
  ) throws {
    let next = try Bundle(bundleFile)
    let memory = try SharedMemory(mapping: boardFile, writable: false)
    let board = try Board(opening: memory.bytes)
    let channel = Channel(channelEnd)
    let served = bundle?.holdsTheSame(as: next) == true ? configuration : nil
    let prepared = startup?.bundle.holdsTheSame(as: next) == true ? startup?.configuration : nil
    let wanted: ServedConfiguration
    let new: Configuration?
    if let served {
      (wanted, new) = (served, nil)
    } else {
      let configuration = try prepared ?? next.configuration()
      (wanted, new) = (ServedConfiguration(configuration), configuration)
    }
    // The last messages of the previous engine come first.
    link?.drain()
    let isFirst = link == nil
    let link = try EngineLink(wanted, memory: memory, board: board, channel: channel, loop: loop)
    if let old = self.link { link.inheritDetails(from: old) } else { link.recallDetails() }
    retireLink()
    self.link = link
    link.onMessage = { [weak self] link, message in self?.hear(message, from: link) }
    link.onClose = { [weak self] link in self?.closed(link) }
    bundle = next
    configuration = wanted
    let launcher = if let new, prepared == nil { adopt(new, table) } else { self.launcher }
    launcher?.table = table
    startup = nil
    if let launcher {
      self.launcher = launcher
      notifier.adopt(link, launcher: launcher)
      if new != nil, !isFirst, wanted.global.writesStatesOnReload { notifier.writeStates() }
      if let new { adoptTrackers(new, launcher, from: isFirst ? link : nil) }
      // Messages of the engine come before the transitions that only the board shows.
      link.drain()
      notifier.catchUp(link)
    }
    noteEngineTrackers(of: link)
    for (tracker, finding) in findings + combinations.findings { link.send(tracker, finding) }
    if !hasReported { hasReported = report(.ready) }
    hasServedAnew = true
  }

  /// Returns the memory that taking a configuration over needed, once the first transitions of its engine have come.
  private func returnWhatServingTook() {
    guard hasServedAnew else { return }
    hasServedAnew = false
    ProcessMemory.returnFree()
    ProcessMemory.returnProgram()
  }

  private var hasServedAnew = false

  var launcher: CommandLauncher?
  private var hasReported = false

  private func adopt(_ configuration: Configuration, _ table: UInt64) -> CommandLauncher {
    let launcher = CommandLauncher(
      configuration, table: table, loop: loop, starter: starter, drains: drains, sandboxes: sandboxes)
    if configuration.scripts.contains(where: { $0.sandbox != .off }), !Sandbox.closesAbstractSockets {
      log.log(
        .notice, "this kernel cannot keep scripts in a sandbox from abstract Unix sockets; Linux 6.12 and later can",
        fields: [("event", "sandbox-incomplete")])
    }
    return launcher
  }

  /// Logs a warning about a script that other users can change, which runs all the same without `enable_script_security`.
  /// The same goes for a script whose interpreter they can change, which keepalived does not check.
  private func warn(ofWeaknessIn command: String, _ weakness: String, isOwn: Bool) {
    let remark = isOwn ? "enable_script_security would refuse it" : "keepalived does not look at that"
    log.log(
      .warning, "\(weakness); \(remark)",
      fields: [("event", "script-weakness"), ("command", command), ("reason", weakness)])
  }

  /// - Parameter link: engine whose board has the findings of an earlier prober; `nil` if this process has its own.
  private func adoptTrackers(_ configuration: Configuration, _ launcher: CommandLauncher, from link: EngineLink?) {
    engineTrackers = Set(configuration.probes.flatMap(\.question.members)).filter { !$0.kind.isProbers }
    func previous(_ tracker: TrackerName) -> TrackerFinding? { link?.finding(of: tracker) }
    // Combinations come first, since their members may have changed; findings about members follow.
    combinations.adopt(configuration.probes, previous: previous)
    checks.adopt(configuration.checks, work: { self.work(for: $0, launcher) }, previous: previous)
    // The thread is only there for configurations that have probes.
    if configuration.probes.isEmpty { probes = nil }
    files.access = StarterFileAccess(launcher: launcher)
    files.adopt(
      configuration.trackedFiles, isReload: link == nil, refusesLinks: configuration.global.scriptSecurity,
      previous: previous)
    processes.adopt(configuration.trackedProcesses, previous: previous)
    for (tracker, finding) in findings { combinations.note(tracker, finding) }
  }

  private func work(for definition: CheckDefinition, _ launcher: CommandLauncher) -> any CheckWork {
    switch definition {
    case .script(let script): return ScriptWork(script, launcher: launcher)
    case .probe(let probe):
      if let probes { return ProbeWork(probe, service: probes) }
      do throws(SystemError) {
        let service = try ProbeService(loop: loop)
        probes = service
        return ProbeWork(probe, service: service)
      } catch {
        return RefusedWork("cannot be run: \(error)")
      }
    }
  }

  private func retireLink() {
    guard let link else { return }
    self.link = nil
    guard !link.isClosed else { return }
    oldLinks.append(link)
    while oldLinks.count > Self.mostOldLinks { oldLinks.removeFirst().close() }
  }

  // MARK: The engine

  private func hear(_ message: EngineMessage, from link: EngineLink) {
    switch message {
    case .transition(let router, let number, let transition, let detail):
      guard !notifier.isKnown(number, router: router, on: link) else { return }
      let reason = detail.isEmpty ? link.reason(behind: transition.cause) : detail
      link.details[router] = reason.isEmpty ? nil : reason
      log.log(link.names.line(for: transition, number: number, router: router, detail: reason))
      notifier.notify(of: transition, number: number, router: router, detail: reason, on: link)
    case .priorityChanged(let router, _, let priority):
      let name = link.names.router(router)
      lines.log(link.names.line(for: message), about: "the priority of \(name)") { [weak link] in
        link?.board.router(router).map { "it is \($0.snapshot.effectivePriority) now" }
      }
      notifier.priorityChanged(to: priority, router: router, on: link)
    case .event(let event, let router):
      log.log(link.names.line(for: event, router: router))
      if case .trackerChanged = event { noteEngineTrackers(of: link) }
      if case .otherMaster(let host, _, let rivalry) = event, rivalry != .yields, let router {
        notifier.heardLowerPriority(router: router, from: "\(host)", on: link)
      }
    case .detail(let router, let text):
      // A transition that this process did not receive is in the log already.
      let isNews = link.details[router].map { $0 != text } ?? false
      link.details[router] = text.isEmpty ? nil : text
      if isNews { log.log(link.names.line(for: message)) }
    case .dropped:
      log.log(link.names.line(for: message))
      notifier.catchUp(link)
      noteEngineTrackers(of: link)
    }
  }

  /// Returns free memory to the kernel in the next turn, after work such as the status of thousands of routers.
  private func returnMemory() {
    guard memoryTimer == nil else { return }
    memoryTimer = loop.schedule(after: .zero) { [weak self] in
      self?.memoryTimer = nil
      ProcessMemory.returnFree()
    }
  }

  private func closed(_ link: EngineLink) {
    oldLinks.removeAll { $0 === link }
    returnMemory()
    continueStopping()
  }

  /// Trackers of the engine that are members of a combination.
  private var engineTrackers: Set<TrackerName> = []

  /// Findings of all checks, files and processes.
  private var findings: [(TrackerName, TrackerFinding)] { checks.findings + files.findings + processes.findings }

  /// Sends a finding to the engine, and to the combinations that have the tracker as a member.
  private func tell(_ tracker: TrackerName, _ finding: TrackerFinding) {
    link?.send(tracker, finding)
    combinations.note(tracker, finding)
  }

  /// Notes the findings of the engine's own trackers, which are on the board before the engine reports a change.
  private func noteEngineTrackers(of link: EngineLink) {
    guard link === self.link else { return }
    for tracker in engineTrackers {
      if let finding = link.finding(of: tracker) { combinations.note(tracker, finding) }
    }
  }

  // MARK: The control socket

  private func listen(on socket: consuming FileDescriptor) {
    do {
      let control = try ControlSocket(socket, loop: loop)
      control.onRequest = { [weak self] connection, request in self?.answer(request, on: connection) }
      control.isBarred = { [sandboxes] in sandboxes.mayHold($0) }
      control.onClose = { [weak self] in self?.returnMemory() }
      self.control?.close()
      self.control = control
    } catch {
      log.log(.error, "status cannot be asked for: \(error)")
    }
  }

  private func answer(_ request: ControlRequest, on connection: ControlConnection) {
    switch request {
    case .statusText, .statusTextStrict:
      replyWithStatus(on: connection, isStrict: request == .statusTextStrict) { $0.text() }
    case .statusWide, .statusWideStrict:
      replyWithStatus(on: connection, isStrict: request == .statusWideStrict) { $0.text(isWide: true) }
    case .statusJSON, .statusJSONStrict:
      replyWithStatus(on: connection, isStrict: request == .statusJSONStrict) { $0.json }
    case .sources:
      guard let bundle else {
        return connection.reply(.error(code: ExitCode.failure.rawValue, message: "no engine is served yet"))
      }
      do {
        connection.reply(.ok, body: try bundle.sources())
      } catch {
        connection.reply(.error(code: ExitCode.failure.rawValue, message: "\(error)"))
      }
    case .reload, .reloadAllowingEmpty:
      lastToken &+= 1
      guard reloads.count < ControlSocket.mostConnections * 4 else {
        return connection.reply(.error(code: ExitCode.failure.rawValue, message: "too many reloads wait"))
      }
      guard stopping == nil,
        report(
          .reloadRequested(token: lastToken, allowsEmpty: request == .reloadAllowingEmpty))
      else {
        let message = stopping == nil ? "the supervisor cannot be reached" : "martlet is stopping"
        return connection.reply(.error(code: ExitCode.failure.rawValue, message: message))
      }
      reloads[lastToken] = connection
    }
  }

  private func replyWithStatus(
    on connection: ControlConnection, isStrict: Bool, _ render: (Status) -> String
  ) {
    guard let link else {
      return connection.reply(.error(code: ExitCode.failure.rawValue, message: "no engine is served yet"))
    }
    let status = Status(
      reading: link.board, names: link.names, details: link.details, engineIsGone: link.isClosed,
      answers: checks.answers, failedNotifications: notifier.failures, at: MonotonicClock.now())
    let count = isStrict ? status.warnings.count : 0
    let complaint = "\(count) \(count == 1 ? "thing is" : "things are") not as \(count == 1 ? "it" : "they") should be"
    connection.reply(
      count == 0 ? .ok : .error(code: ExitCode.notAsItShouldBe.rawValue, message: complaint), body: render(status))
  }
}
