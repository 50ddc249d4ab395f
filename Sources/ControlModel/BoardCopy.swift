import Glibc

/// A board as it was at one moment, in memory of its own: whatever is written to the board after that, what was looked at is what is
/// used.
///
/// Who reads the board of a process that has ended, or is to end, takes one, since that process may have been somebody else's.
public final class BoardCopy {
  /// The copy; it may be used for as long as this object lives.
  public let board: Board
  private let memory: UnsafeMutableRawBufferPointer

  /// Copies what the records of a board take.
  /// - Throws: ``BoardError`` as for opening it, and ``BoardError/size`` when there is no memory for it.
  public init(of bytes: UnsafeMutableRawBufferPointer) throws(BoardError) {
    let size = try Board(opening: bytes).size
    guard let room = malloc(size) else { throw .size }
    memory = UnsafeMutableRawBufferPointer(start: room, count: size)
    memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<size]))
    do {
      // The header may have become another one meanwhile.
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
