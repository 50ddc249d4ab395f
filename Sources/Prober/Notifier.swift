import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore

/// Turns transitions into notifications of instances and sync groups: scripts in their queues, and lines in the FIFOs.
final class Notifier {
  /// Time after which a notification script is told to end. keepalived lets it run for ever, so that all notifications
  /// behind it wait for ever too.
  static let scriptLimit = Nanoseconds.seconds(60)

  private struct Remembered {
    /// Number of the last transition that was notified of.
    var number: UInt64
    /// State that was notified of last; `nil` for none.
    var announced: NotifyState?
    var priority: Int
    @Boxed var notify: NotifyDefinition
    /// Launcher of the configuration that has the router's scripts.
    var launcher: CommandLauncher?
  }

  private let loop: EventLoop
  private let log: LogWriter
  private let scriptLimit: Nanoseconds
  /// Notes for the next prober on the notified transitions; `nil` if they cannot be kept.
  private let notified: NotifiedTransitions?
  private var configuration = ServedConfiguration(Configuration())
  private var launcher: CommandLauncher?
  private var routers: [String: Remembered] = [:]
  private var groups: [String: NotifyState] = [:]
  private var queues: [NotifySubject: NotifyQueue] = [:]
  private var pipes: [NotifyPipe] = []
  /// FIFOs that are no longer wanted and whose scripts have not ended yet.
  private var closing: [NotifyPipe] = []

  init(
    loop: EventLoop, log: LogWriter, notified: NotifiedTransitions? = nil,
    scriptLimit: Nanoseconds = Notifier.scriptLimit
  ) {
    self.loop = loop
    self.log = log
    self.notified = notified
    self.scriptLimit = scriptLimit
  }

  /// Takes over a configuration and the last state of its routers. Only routers that are gone are notified of at once.
  func adopt(_ link: EngineLink, launcher: CommandLauncher) {
    self.launcher = launcher
    let old = routers
    configuration = link.configuration
    replacePipes()
    routers = [:]
    let records = configuration.routers.indices.map(link.board.router)
    let identities = records.map { $0?.description?.identity }
    let noted = notified?.numbers(of: identities) ?? []
    for (index, router) in configuration.routers.enumerated() {
      let number = noted.indices.contains(index) ? noted[index] : 0
      routers[router.name] = remembered(router, old[router.name], records[index], noted: number)
    }
    notified?.replace(
      zip(configuration.routers, identities).map { router, identity in
        (router.name, identity, routers[router.name]?.number ?? 0)
      })
    let kept = Set(configuration.groups.map(\.name))
    groups = groups.filter { kept.contains($0.key) }
    for group in configuration.groups where groups[group.name] == nil { groups[group.name] = common(group) }
    for (name, forgotten) in old.sorted(by: { $0.key < $1.key }) where routers[name] == nil {
      say(farewell: name, forgotten)
    }
    failed = failed.filter { routers[$0.key.name] != nil || kept.contains($0.key.name) }
    queues = queues.filter { !$0.value.isIdle || routers[$0.key.name] != nil || kept.contains($0.key.name) }
  }

  private func remembered(
    _ router: ServedConfiguration.Router, _ old: Remembered?, _ record: RouterRecord?, noted: UInt64
  ) -> Remembered {
    let last = record?.lastTransition
    let priority = Int((record?.snapshot.effectivePriority ?? router.priority).rawValue)
    var remembered: Remembered
    if let old, last == nil || (last?.number ?? 0) >= old.number {
      remembered = Remembered(
        number: last == nil ? 0 : old.number, announced: old.announced, priority: priority, launcher: launcher)
    } else {
      // What was notified of has happened: another number is somebody else's, or of a router that began anew.
      let notified = noted <= last?.number ?? 0 ? noted : 0
      let isKnown = last.map { $0.number == notified } ?? false
      remembered = Remembered(
        number: notified, announced: isKnown ? last.flatMap { NotifyState($0.transition) } : nil, priority: priority,
        launcher: launcher)
    }
    remembered.notify = router.notify
    return remembered
  }

  /// Notifies of the last transition of each router whose messages were lost.
  func catchUp(_ link: EngineLink) {
    for (index, router) in link.configuration.routers.enumerated() {
      guard let last = link.board.router(index)?.lastTransition, let known = routers[router.name],
        last.number > known.number
      else { continue }
      let reason = link.reason(behind: last.transition.cause)
      link.details[index] = reason.isEmpty ? nil : reason
      log.log(link.names.line(for: last.transition, number: last.number, router: index, detail: reason))
      notify(of: last.transition, number: last.number, router: index, detail: reason, on: link)
    }
  }

  /// True if the transition has been notified of already.
  func isKnown(_ number: UInt64, router: Int, on link: EngineLink) -> Bool {
    guard link.configuration.routers.indices.contains(router),
      let known = routers[link.configuration.routers[router].name]
    else { return false }
    return number <= known.number
  }

  /// Notifies of a transition: the instance's scripts and line, then those of a group that is complete with it.
  func notify(of transition: Transition, number: UInt64, router: Int, detail: String, on link: EngineLink) {
    guard link.configuration.routers.indices.contains(router) else { return }
    let name = link.configuration.routers[router].name
    guard var known = routers[name] else { return }
    notified?.note(number, of: name)
    known.number = number
    known.priority = Int(transition.priority.rawValue)
    guard let state = NotifyState(transition) else {
      routers[name] = known
      return
    }
    let previous = known.announced
    known.announced = state
    routers[name] = known
    let cause = link.names.sentence(for: transition, router: router, detail: detail)
    let event = NotifyEvent(
      subject: .instance(name), state: state, priority: known.priority, cause: cause, previous: previous)
    send(event, known.notify)
    for group in configuration.groupsOfRouter[name] ?? [] { complete(configuration.groups[group], cause: cause) }
  }

  /// Notifies of a group's transition once the last of its members has made it.
  private func complete(_ group: SyncGroupDefinition, cause: String) {
    guard let state = common(group), groups[group.name] != state else { return }
    let previous = groups[group.name]
    groups[group.name] = state
    send(
      NotifyEvent(subject: .group(group.name), state: state, priority: 0, cause: cause, previous: previous),
      group.notify)
  }

  private func common(_ group: SyncGroupDefinition) -> NotifyState? {
    let states = group.members.map { member in
      configuration.routers.indices.contains(member) ? routers[configuration.routers[member].name]?.announced : nil
    }
    guard let first = states.first, states.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// Writes a changed priority to the FIFOs; no script is called. A router in fault counts as backup, as in keepalived.
  func priorityChanged(to priority: Priority, router: Int, on link: EngineLink) {
    guard link.configuration.routers.indices.contains(router) else { return }
    let name = link.configuration.routers[router].name
    guard let known = routers[name], known.notify.priorityChanges else { return }
    let state = known.announced == .master ? "MASTER" : "BACKUP"
    write("INSTANCE \"\(name)\" \(state)_PRIORITY \(priority)")
  }

  /// Notifies that a master heard an advert of a lower priority: a script of its own without further arguments, and a
  /// line.
  func heardLowerPriority(router: Int, from host: String, on link: EngineLink) {
    guard link.configuration.routers.indices.contains(router), let launcher else { return }
    let name = link.configuration.routers[router].name
    guard let known = routers[name] else { return }
    write("INSTANCE \"\(name)\" MASTER_RX_LOWER_PRI \(known.priority)")
    guard let command = known.notify.masterHeardLowerPriority else { return }
    let event = NotifyEvent(
      subject: .instance(name), state: .master, priority: known.priority,
      cause: "\(host) also claims to be master with a lower priority", previous: .master)
    queue(of: event.subject).add(
      [.init(event: event, command: command, takesWords: false, launcher: launcher)], isTransition: false)
  }

  /// Notifies of a router that is no longer configured: as in keepalived, `notify` is called with FAULT, or with
  /// `notify_deleted` that script and `notify` with DELETED.
  private func say(farewell name: String, _ forgotten: Remembered) {
    guard let announced = forgotten.announced, announced != .stop, announced != .fault else { return }
    var notify = NotifyDefinition()
    notify.any = forgotten.notify.any
    notify.deleted = forgotten.notify.deleted
    send(
      NotifyEvent(
        subject: .instance(name), state: forgotten.notify.reportsDeletion ? .deleted : .fault,
        priority: forgotten.priority, cause: "no longer configured",
        previous: announced),
      notify, launcher: forgotten.launcher)
  }

  private func send(_ event: NotifyEvent, _ notify: NotifyDefinition, launcher other: CommandLauncher? = nil) {
    write(event.line)
    guard let launcher = other ?? launcher else { return }
    let commands = notify.commands(for: event.state)
    // Most routers have none; one that had some has them wait no longer.
    guard !commands.isEmpty || queues[event.subject] != nil else { return }
    queue(of: event.subject).add(
      commands.map { .init(event: event, command: $0.command, takesWords: $0.takesWords, launcher: launcher) })
  }

  /// Writes the state of every router and group to the FIFOs, since readers begin anew with a configuration. No script is
  /// called, because no state has changed.
  func writeStates() {
    func write(_ subject: NotifySubject, _ state: NotifyState?, priority: Int) {
      guard let state else { return }
      self.write(NotifyEvent(subject: subject, state: state, priority: priority, cause: "", previous: nil).line)
    }
    for router in configuration.routers {
      write(.instance(router.name), routers[router.name]?.announced, priority: routers[router.name]?.priority ?? 0)
    }
    for group in configuration.groups { write(.group(group.name), groups[group.name], priority: 0) }
  }

  private func write(_ line: String) { for pipe in pipes { pipe.write(line) } }

  private func queue(of subject: NotifySubject) -> NotifyQueue {
    if let queue = queues[subject] { return queue }
    let queue = NotifyQueue(limit: scriptLimit, loop: loop, log: log)
    queue.onFailure = { [weak self] failure in self?.failed[subject] = failure }
    queue.onIdle = { [weak self] in
      guard let self else { return }
      onProgress?()
    }
    queues[subject] = queue
    return queue
  }

  /// Last failed notification of each instance and group, newest first.
  var failures: [Status.FailedNotification] { failed.values.sorted { $0.at > $1.at } }
  private var failed: [NotifySubject: Status.FailedNotification] = [:]

  /// Called whenever a queue has run empty.
  var onProgress: (() -> Void)?

  private func replacePipes() {
    guard let launcher else { return }
    let wanted = configuration.global.fifos
    let kept = pipes.filter { wanted.contains($0.definition) }
    for pipe in pipes where !wanted.contains(pipe.definition) {
      retire(pipe, remove: !wanted.contains { $0.path == pipe.definition.path })
    }
    func isRead(_ path: String) -> Bool { closing.contains { $0.definition.path == path } }
    for pipe in kept { pipe.use(launcher, awaitsOther: isRead(pipe.definition.path)) }
    pipes = wanted.map { definition in
      kept.first { $0.definition == definition }
        ?? NotifyPipe(
          definition, launcher: launcher, loop: loop, log: log,
          awaitsOther: isRead(definition.path))
    }
  }

  /// Gives up a FIFO. Two scripts that read one FIFO would each get some of the lines, so the next script starts once this
  /// one is gone.
  private func retire(_ pipe: NotifyPipe, remove: Bool) {
    pipe.close(remove: remove)
    guard pipe.reader != nil else { return }
    closing.append(pipe)
    pipe.onReaderGone = { [weak self, unowned pipe] in
      guard let self else { return }
      let path = pipe.definition.path
      closing.removeAll { $0 === pipe }
      guard !closing.contains(where: { $0.definition.path == path }) else { return }
      pipes.first { $0.definition.path == path }?.startReader()
    }
  }

  /// True while no notification runs or waits.
  var isIdle: Bool { queues.values.allSatisfy(\.isIdle) }

  /// Process groups of the running scripts.
  var running: [Int32] {
    queues.values.compactMap { $0.current?.processID } + (pipes + closing).compactMap { $0.reader?.processID }
  }

  /// Closes the FIFOs once their scripts have read what waits, and tells scripts to end that do not end by themselves.
  /// - Parameter isUrgent: true if all scripts are told to end now.
  func finishPipes(isUrgent: Bool) { for pipe in pipes { pipe.finish(isUrgent: isUrgent) } }

  /// True while a FIFO's script runs.
  var hasReaders: Bool { pipes.contains { $0.isRead } || closing.contains { $0.reader != nil } }

  /// Kills the running notification scripts and drops the waiting ones. The FIFOs' scripts go on.
  func stopNotifications() {
    for queue in queues.values { queue.kill() }
    queues = [:]
  }

  /// Kills all running scripts, drops the waiting notifications, and removes the FIFOs that this process made.
  func stop() {
    stopNotifications()
    for pipe in pipes + closing { pipe.kill() }
    for pipe in pipes { pipe.close(remove: true) }
    pipes = []
    closing = []
  }
}
