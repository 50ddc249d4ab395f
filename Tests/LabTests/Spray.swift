import LabKit

/// Sends over and over until it is stopped, at a pace at which hosts still do other things.
struct Spray {
  private let task: Task<Int, any Error>

  /// - Parameter round: told how many rounds there were before.
  init(_ round: @escaping @Sendable (Int) throws -> Void) {
    task = Task {
      var rounds = 0
      while !Task.isCancelled {
        try round(rounds)
        rounds += 1
        try? await Task.sleep(nanoseconds: 5_000_000)
      }
      return rounds
    }
  }

  func cancel() { task.cancel() }

  /// Stops it; returns how many rounds there were.
  func end() async throws -> Int {
    task.cancel()
    return try await task.value
  }
}
