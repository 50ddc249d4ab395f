import ConfigurationModel
import NIOCore
import NIOPosix
import NetworkTypes

/// Thread on which all probes run, with a few more for calls that block.
public final class ProbeThread: Sendable {
  private let group: MultiThreadedEventLoopGroup
  let loop: any EventLoop
  private let contexts = TLSContexts()
  private let resolvers = WaitingThreads(most: mostWaiting)
  private let readers = WaitingThreads(most: mostWaiting)
  let names: Waits<[SocketAddress]>
  let fileSystems: Waits<DiskReading>
  let resolve: @Sendable (String) throws -> [SocketAddress]

  /// Most names, and most file systems, that may hang before others of their kind have to wait.
  static let mostWaiting = 16

  /// Starts the thread. It inherits the caller's signal mask and capabilities.
  public convenience init() { self.init(resolve: SocketAddress.resolving) }

  /// - Parameter resolve: gives the addresses of a name, without ports; it may block.
  init(resolve: @escaping @Sendable (String) throws -> [SocketAddress]) {
    self.resolve = resolve
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    loop = group.next()
    names = Waits(resolvers)
    fileSystems = Waits(readers)
  }

  /// Prepares a probe for its runs. The files that it names are read now.
  package func prepare(_ definition: ProbeDefinition) -> PreparedProbe {
    PreparedProbe(definition, thread: self, contexts: contexts)
  }

  /// Ends the thread. The completions of runs that have not ended are never called.
  public func shutDown() {
    group.shutdownGracefully { _ in }
    resolvers.shutDown()
    readers.shutDown()
  }
}

/// Probe that is ready to be run, any number of times, one run at a time.
public final class PreparedProbe: Sendable {
  /// Definition of the probe.
  package let definition: ProbeDefinition
  private let thread: ProbeThread
  private let asker: any Asker

  init(_ definition: ProbeDefinition, thread: ProbeThread, contexts: TLSContexts) {
    self.definition = definition
    self.thread = thread
    do throws(ProbeObstacle) {
      asker = try definition.question.asker(contexts)
    } catch {
      asker = NoAsker(obstacle: error.words)
    }
  }

  /// Runs the probe once. The completion is called on the probes' thread, once, at the latest when the timeout has passed;
  /// a run that must wait for a thread first takes up to one timeout more.
  /// - Returns: a handle that can end the run earlier.
  @discardableResult
  public func run(_ completion: @escaping @Sendable (ProbeOutcome) -> Void) -> ProbeRunHandle {
    let loop = thread.loop
    let handle = ProbeRunHandle(loop)
    loop.execute { [self] in
      let run = ProbeRun(
        asked: asker.asked, timeout: definition.schedule.timeout, loop: loop, thread: thread, completion: completion)
      handle.run = run
      asker.ask(run)
    }
    return handle
  }
}

/// Run of a probe that may be ended.
public final class ProbeRunHandle: @unchecked Sendable {
  private let loop: any EventLoop
  /// The run, to be used on the probes' thread only.
  fileprivate weak var run: ProbeRun?

  fileprivate init(_ loop: any EventLoop) { self.loop = loop }

  /// Ends the run if it still goes on. Its channels are closed, and the completion gets an outcome by which nothing was
  /// asked.
  public func end() {
    loop.execute { [self] in
      run?.finish(.unasked("ended"))
    }
  }
}

/// Error: a probe can never be run.
struct ProbeObstacle: Error {
  var words: String
}

/// Probe of one kind, ready to ask.
protocol Asker: Sendable {
  /// Question and target, for the outcome's words.
  var asked: String { get }
  /// Asks, and finishes the run unless its time is up before.
  func ask(_ run: ProbeRun)
}

/// Asker of a probe that cannot ask, for example because a certificate's file was removed after the configuration was
/// checked.
private struct NoAsker: Asker {
  let obstacle: String

  var asked: String { "cannot be asked" }

  func ask(_ run: ProbeRun) {
    run.finish(.unasked(obstacle))
  }
}

extension ProbeQuestion {
  /// Asker of this question.
  func asker(_ contexts: TLSContexts) throws(ProbeObstacle) -> any Asker {
    switch self {
    case .http(let question): return try HTTPAsker(question, contexts)
    case .stream(let question):
      let patterns = try compiled(question.expect)
      let name = if case .path = question.endpoint { "unix" } else { question.tls == nil ? "tcp" : "tcp+tls" }
      return ConversationAsker(
        asked: "\(name) \(question.endpoint)", endpoint: question.endpoint, tls: try contexts.client(question.tls)
      ) { SendAndExpect(send: question.send, patterns: patterns) }
    case .datagram(let question): return DatagramAsker(question, try compiled(question.expect))
    case .echo(let question): return EchoAsker(question: question)
    case .arp(let question): return ARPAsker(question: question)
    case .dns(let question): return DNSAsker(question)
    case .smtp(let question):
      return ConversationAsker(
        asked: "smtp \(question.endpoint)", endpoint: question.endpoint, tls: try contexts.client(question.tls)
      ) { SMTPConversation(name: question.greeting) }
    case .redis(let question):
      return ConversationAsker(
        asked: "redis \(question.endpoint)", endpoint: question.endpoint, tls: try contexts.client(question.tls)
      ) { RedisConversation(role: question.role) }
    case .postgresql(let question):
      return ConversationAsker(asked: "postgresql \(question.endpoint)", endpoint: question.endpoint, tls: nil) {
        PostgreSQLConversation(question)
      }
    case .mysql(let question):
      return ConversationAsker(asked: "mysql \(question.endpoint)", endpoint: question.endpoint, tls: nil) {
        MySQLConversation(user: question.user)
      }
    case .haproxy(let question):
      return ConversationAsker(
        asked: "haproxy \(question.endpoint) backend \(question.backend)", endpoint: question.endpoint, tls: nil
      ) { HAProxyConversation(backend: question.backend, servers: question.servers) }
    case .load(let question): return HostAsker(asked: "load \(question.minutes)") { question.reading() }
    case .disk(let question): return DiskAsker(question)
    case .memory(let question): return HostAsker(asked: "memory") { question.reading() }
    // A combination is made of other checks' findings, and asks nothing.
    case .combination: throw ProbeObstacle(words: "it is made of other checks")
    }
  }
}

/// Patterns for use on the probes' thread only.
struct Patterns: @unchecked Sendable {
  let list: [CompiledPattern]

  /// First pattern that does not accept `bytes`; `nil` if all do.
  func refusal(of bytes: [UInt8]) -> TextPattern? { list.first { !$0.accepts(bytes) }?.pattern }
}

private func compiled(_ patterns: [TextPattern]) throws(ProbeObstacle) -> Patterns {
  try Patterns(compiling: patterns)
}

extension Patterns {
  init(compiling patterns: [TextPattern]) throws(ProbeObstacle) {
    var list: [CompiledPattern] = []
    for pattern in patterns {
      do throws(TextPatternError) {
        list.append(try CompiledPattern(pattern))
      } catch {
        throw ProbeObstacle(words: "\(pattern): \(error.reason)")
      }
    }
    self.list = list
  }
}
