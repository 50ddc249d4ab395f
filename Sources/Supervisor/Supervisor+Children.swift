import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

// Starting children, receiving their messages, and noticing their ends.
extension Supervisor {
  private static let longestMessage = 4096
  /// Most messages received from one child in one turn, so that the others are not kept waiting.
  private static let messagesPerTurn = 64
  /// Most bytes read of a loader's findings.
  private static let longestDiagnostics = 1 << 20

  // MARK: The loader

  /// Starts the loader. At a reload it gets the configuration in force, to compare the new one with it.
  func startLoader(_ id: BundleID, replacing inForce: BundleID? = nil, allowsEmpty: Bool = false) {
    reloadReport = nil
    do {
      let bundle = MemoryHandle(try MemoryFile.create(name: "martlet-bundle"))
      let diagnostics = MemoryHandle(try MemoryFile.create(name: "martlet-diagnostics"))
      let commands = MemoryHandle(try MemoryFile.create(name: "martlet-commands"))
      var request = requests.loader(
        bundle: bundle.rawValue, commands: commands.rawValue, diagnostics: diagnostics.rawValue,
        allowsEmpty: inForce == nil ? nil : allowsEmpty)
      if let served = inForce.flatMap({ bundles[$0] }) {
        let report = MemoryHandle(try MemoryFile.create(name: "martlet-report"))
        request.map(served.rawValue, to: .bundleInForce)
        request.map(report.rawValue, to: .reloadReport)
        reloadReport = report
      }
      let child = RunningChild(process: try launch(request), channel: nil)
      bundles[id] = bundle
      loader = child
      try watchEnd(of: child) { [unowned self] ending in
        if loader === child { loader = nil }
        if let size = try? MemoryFile.size(of: commands.rawValue), size > 0 { commandTables[id] = commands }
        let complaint = relay(diagnostics, isReload: inForce != nil)
        enqueue(.loaderEnded(id, ending, complaint: complaint))
      }
    } catch {
      enqueue(.loaderEnded(id, .notStarted(error.description), complaint: error.description))
    }
  }

  /// Writes the loader's findings to the log. Returns the first error, for the client that asked for a reload. At a
  /// reload that error appears in the log line about the failure instead.
  private func relay(_ diagnostics: MemoryHandle, isReload: Bool) -> String {
    guard let bytes = try? MemoryFile.readAll(diagnostics.rawValue, limit: Self.longestDiagnostics) else {
      log.write(.error, "the configuration has more findings than can be logged: see them with `martlet check`")
      return "more findings than can be logged"
    }
    var firstError = ""
    var otherErrors = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let finding = LoaderFinding(line)
      let isFirstError = finding.severity <= .error && firstError.isEmpty
      if !(isFirstError && isReload) { log.write(finding.severity, finding.text) }
      guard finding.severity <= .error else { continue }
      if isFirstError { firstError = finding.text } else { otherErrors += 1 }
    }
    return otherErrors == 0 ? firstError : "\(firstError) (and \(otherErrors) more)"
  }

  // MARK: The engine

  func startEngine(_ id: EngineID, bundle: BundleID, adopting adopted: EngineID?) {
    do {
      let board = MemoryHandle(try MemoryFile.create(name: "martlet-board"))
      boards[id] = board
      bundleOfBoard[id] = bundle
      let (ours, theirs) = try Channel.pair(maximumMessage: Self.longestMessage)
      let (engineEnd, proberEnd) = try Channel.pair(maximumMessage: 1)
      var request = requests.engine(goesOn: adopted.map { bundleOfBoard[$0] == bundle } ?? false)
      request.map(theirs.rawValue, to: .supervisor)
      if let bundle = bundles[bundle] { request.map(bundle.rawValue, to: .bundle) }
      request.map(board.rawValue, to: .board)
      if let adopted, let previous = boards[adopted] { request.map(previous.rawValue, to: .previousBoard) }
      request.map(engineEnd.rawValue, to: .prober)
      request.map(addressLocks.rawValue, to: .addressLocks)
      let child = RunningChild(process: try launch(request), channel: ours)
      child.proberEnd = proberEnd
      engines[id] = child
      try watchMessages(from: child) { [unowned self] bytes in
        guard let tag = bytes.first, let report = EngineReport(rawValue: tag) else { return }
        enqueue(.engineReported(id, report))
      } closed: { [unowned self] in
        enqueue(.engineLost(id))
      }
      try watchEnd(of: child) { [unowned self] ending in
        engines[id] = nil
        enqueue(.engineEnded(id, ending))
      }
    } catch {
      engines.removeValue(forKey: id)?.process.send(signal: SIGKILL)
      enqueue(.engineEnded(id, .notStarted(error.description)))
    }
  }

  // MARK: The prober

  func startProber(_ id: ProberID) {
    do {
      let (ours, theirs) = try Channel.pair(maximumMessage: Self.longestMessage)
      var request = requests.prober()
      request.map(theirs.rawValue, to: .supervisor)
      if let file = log.file { request.map(file.rawValue, to: .logFile) }
      request.map(notified.rawValue, to: .notified)
      let child = RunningChild(process: try launch(request), channel: ours)
      probers[id] = child
      starter.proberStarted()
      offerControl()
      try watchMessages(from: child) { [unowned self] bytes in
        guard let report = try? ProberReport(decoding: bytes) else { return }
        switch report {
        case .ready: enqueue(.proberReady(id))
        case .alive: enqueue(.proberAlive(id))
        case .startupFinished: enqueue(.startupFinished(id))
        case .takesLonger(let seconds): enqueue(.proberTakesLonger(id, .seconds(Int64(seconds))))
        case .reloadRequested(let token, let allowsEmpty):
          enqueue(.reloadRequested(ReloadRequester(prober: id, token: token, allowsEmpty: allowsEmpty)))
        case .processEvents(let wanted): subscribeToProcesses(id, wanted: wanted)
        }
      }
      try watchEnd(of: child) { [unowned self] ending in
        probers.removeValue(forKey: id)?.processEvents = nil
        enqueue(.proberEnded(id, ending))
      }
    } catch {
      probers.removeValue(forKey: id)?.process.send(signal: SIGKILL)
      enqueue(.proberEnded(id, .notStarted(error.description)))
    }
  }

  /// Subscribes to process events for a prober. Subscribing needs CAP_NET_ADMIN, which the prober does not have;
  /// reading needs no privilege. If the kernel sends no events, the prober gets nothing and goes on looking at /proc.
  private func subscribeToProcesses(_ id: ProberID, wanted: Bool) {
    guard let child = probers[id] else { return }
    child.processEvents = nil
    guard wanted, let subscription = try? ProcessSubscription() else { return }
    child.processEvents = subscription
    send(ProberCommand.processEvents(mark: subscription.mark).encoded, descriptors: [subscription.rawValue], to: child)
  }

  /// Has a prober run the startup script.
  func runStartupScript(_ prober: ProberID, bundle: BundleID) {
    guard let memory = bundles[bundle] else { return }
    starter.addTable(commandTables[bundle], of: bundle, at: MonotonicClock.now())
    let command = ProberCommand.runStartupScript(table: bundle.rawValue)
    send(command.encoded, descriptors: [memory.rawValue], to: probers[prober])
  }

  /// Gives a prober a configuration and an engine to serve. The first prober gets the channel that the engine was
  /// started with, a later one a new channel.
  func serve(_ prober: ProberID, engine: EngineID, bundle: BundleID) {
    guard let child = engines[engine], let board = boards[engine], let memory = bundles[bundle] else { return }
    starter.addTable(commandTables[bundle], of: bundle, at: MonotonicClock.now())
    do {
      // Only its engine may write to it: the next engine and a withdrawal rely on it.
      let view = try MemoryFile.readable(board.rawValue)
      let proberEnd: Channel
      if let first = child.proberEnd {
        proberEnd = first
        child.proberEnd = nil
      } else {
        let (engineEnd, other) = try Channel.pair(maximumMessage: 1)
        send([EngineCommand.proberLink.rawValue], descriptors: [engineEnd.rawValue], to: child)
        proberEnd = other
      }
      send(
        ProberCommand.serve(table: bundle.rawValue).encoded,
        descriptors: [memory.rawValue, view.rawValue, proberEnd.rawValue], to: probers[prober])
    } catch {
      log.write(.error, "the prober is started again: \(error.description)")
      probers[prober]?.process.send(signal: SIGKILL)
    }
  }

  /// Hands the prober the control socket, if there is one.
  func offerControl() {
    guard let control, let number = control.rawValue, let prober = newestProber else { return }
    send(ProberCommand.control.encoded, descriptors: [number], to: prober)
  }

  private var newestProber: RunningChild? { supervision.prober.flatMap { probers[$0.id] } }

  // MARK: The starter

  func launchStarter() throws(SystemError) -> RunningChild {
    let (ours, theirs) = try Channel.pair(maximumMessage: 64)
    var request = requests.starter()
    request.map(theirs.rawValue, to: .supervisor)
    request.map(runningChecks.rawValue, to: .runningChecks)
    let child = RunningChild(process: try launch(request), channel: ours)
    try watchMessages(from: child) { [unowned self] bytes in
      if let report = bytes.first.flatMap(StarterReport.init(rawValue:)) { starter.handle(report) }
    }
    try watchEnd(of: child) { [unowned self] ending in
      // Checks die with their starter, and so must the processes that they started.
      RunningGroups(runningChecks).killAll()
      starter.ended(ending)
    }
    return child
  }

  func joinProber(_ channel: Channel) {
    send(ProberCommand.starter.encoded, descriptors: [channel.rawValue], to: newestProber)
  }

  // MARK: All

  private func watchMessages(
    from child: RunningChild, _ handle: @escaping (UnsafeRawBufferPointer) -> Void, closed: @escaping () -> Void = {}
  ) throws(SystemError) {
    guard let channel = child.channel else { return }
    child.receive = { [unowned child, reactor] in
      for _ in 0..<Self.messagesPerTurn {
        switch try? channel.receive() {
        case .message(let bytes, _): handle(bytes)
        case .truncated: continue
        case .wouldBlock: return
        case .closed, nil:
          // The pidfd reports its end; a closed channel would only wake this process again and again.
          if let registration = child.channelRegistration { reactor.unwatch(registration) }
          child.channelRegistration = nil
          closed()
          return
        }
      }
    }
    child.channelRegistration = try reactor.watch(channel.rawValue, for: .readable) { [unowned child] _ in
      child.receive?()
    }
  }

  private func watchEnd(of child: RunningChild, _ handle: @escaping (Ending) -> Void) throws(SystemError) {
    child.endRegistration = try reactor.watch(child.process.rawValue, for: .readable) { [reactor, child] _ in
      guard let ending = child.process.ending() else { return }
      // Its last messages come before its end.
      child.receive?()
      if let registration = child.channelRegistration { reactor.unwatch(registration) }
      if let registration = child.endRegistration { reactor.unwatch(registration) }
      child.channelRegistration = nil
      child.endRegistration = nil
      child.receive = nil
      handle(ending)
    }
  }

  /// Ends the running children and waits for them, at most until `limit`.
  func endChildren(by limit: MonotonicInstant) throws(SystemError) {
    for child in remainingChildren { child.process.send(signal: SIGKILL) }
    // It may have a FIFO to remove.
    starter.end()
    while !remainingChildren.isEmpty || starter.child != nil, reactor.now < limit { try reactor.run(until: limit) }
    starter.child?.process.send(signal: SIGKILL)
  }

  private var remainingChildren: [RunningChild] {
    Array(engines.values) + Array(probers.values) + (loader.map { [$0] } ?? [])
  }
}

/// Line that the loader wrote: its severity in front, as for journald, then its finding.
struct LoaderFinding {
  var severity: Severity
  var text: String

  init(_ line: some Collection<UInt8>) {
    let head = Array(line.prefix(3))
    if head.count == 3, head[0] == UInt8(ascii: "<"), head[2] == UInt8(ascii: ">"), head[1] >= UInt8(ascii: "0"),
      let severity = Severity(rawValue: head[1] - UInt8(ascii: "0"))
    {
      self.severity = severity
      text = String(decoding: line.dropFirst(3), as: UTF8.self)
    } else {
      severity = .error
      text = String(decoding: line, as: UTF8.self)
    }
  }
}
