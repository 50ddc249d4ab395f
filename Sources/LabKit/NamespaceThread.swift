import CLinux
import Glibc
import Synchronization

/// A thread of its own for work that blocks, or that must be done inside a network namespace.
///
/// The kernel keeps the namespace by thread, and a socket belongs for good to the namespace it was made in. So nothing
/// that Swift's own threads do is ever moved: a thread enters the namespace, does its work and ends.
struct NamespaceThread: ~Copyable {
  private let handle: pthread_t

  /// Starts `body` on a thread in the namespace of that name, or in the present one when `nil`.
  ///
  /// Entering the namespace is the caller's to check: the body is told whether it worked.
  init(namespace: String?, _ body: @escaping @Sendable (Result<Void, LabError>) -> Void) throws(LabError) {
    let box = Unmanaged.passRetained(
      Box {
        guard let namespace else { return body(.success(())) }
        body(Self.enter(namespace))
      })
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    guard failure == 0 else {
      box.release()
      throw LabError("pthread_create: \(String(cString: strerror(failure)))")
    }
    handle = thread
  }

  /// Waits for the thread's end.
  consuming func join() {
    pthread_join(handle, nil)
  }

  /// Lets the thread end by itself.
  consuming func detach() {
    pthread_detach(handle)
  }

  private static func enter(_ namespace: String) -> Result<Void, LabError> {
    let path = "/run/netns/\(namespace)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(LabError(call: "open", on: path)) }
    defer { close(descriptor) }
    guard clinux_set_namespace_network(descriptor) == 0 else { return .failure(LabError(call: "setns", on: path)) }
    return .success(())
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Runs `body` to its end inside the network namespace of that name and returns what it returns.
///
/// Sockets made in there go on belonging to that namespace.
func inNamespace<Value: Sendable>(
  _ namespace: String, _ body: @escaping @Sendable () throws(LabError) -> Value
) throws(LabError) -> Value {
  let result = Mutex<Result<Value, LabError>>(.failure(LabError("\(namespace): nothing ran")))
  let reference = Reference(result)
  try NamespaceThread(namespace: namespace) { entered in
    let outcome: Result<Value, LabError>
    switch entered {
    case .success:
      do throws(LabError) {
        outcome = .success(try body())
      } catch {
        outcome = .failure(error)
      }
    case .failure(let error): outcome = .failure(error)
    }
    reference.mutex.withLock { $0 = outcome }
  }.join()
  return try reference.mutex.withLock { $0 }.get()
}

/// Holds a mutex where a closure can reach it.
private final class Reference<Value: Sendable>: Sendable {
  let mutex: Mutex<Value>
  init(_ mutex: consuming Mutex<Value>) { self.mutex = mutex }
}
