import Glibc

/// Copy of a board in memory of its own, so that the values that were checked are those that are used.
///
/// It is made for the board of a process that has ended or is about to end, since that process may have been
/// compromised.
public final class BoardCopy {
  /// Copied board; valid for as long as this object exists.
  public let board: Board
  private let memory: UnsafeMutableRawBufferPointer

  /// Copies the bytes of a board's records.
  /// - Throws: ``BoardError`` as for opening the board, and ``BoardError/size`` if there is no memory for the copy.
  public init(of bytes: UnsafeMutableRawBufferPointer) throws(BoardError) {
    let size = try Board(opening: bytes).size
    guard let room = malloc(size) else { throw .size }
    memory = UnsafeMutableRawBufferPointer(start: room, count: size)
    memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<size]))
    do {
      // The header may have changed during the copy.
      board = try Board(opening: memory)
    } catch {
      free(room)
      throw error
    }
  }

  deinit {
    free(memory.baseAddress)
  }
}
