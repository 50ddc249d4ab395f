import CLinux

/// The memory of the calling process.
public enum ProcessMemory {
  /// Gives what is free within the heap back to the kernel (malloc_trim(3)). The allocator by itself returns only what is free at the
  /// heap's end, which the little that is kept of something large prevents. Takes time in proportion to the heap: not for a turn of
  /// the engine.
  public static func returnFree() { clinux_return_memory() }

  /// Has `bytes` of heap (at most 4 MiB) in memory and ready, and has the allocator keep so much: what is allocated then neither asks
  /// the kernel nor waits for a page of it.
  public static func reserveHeap(bytes: Int) { clinux_reserve_heap(bytes) }

  /// Gives the pages of the program and its libraries back that nothing was written to: what only the start needed stays out, and the
  /// rest comes back as it is used. For a process that may wait for a disk then; the engine may not, and locks what it has.
  public static func returnProgram() { clinux_return_file_pages() }
}
