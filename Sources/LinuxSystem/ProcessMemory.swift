import CLinux

/// The memory of the calling process.
public enum ProcessMemory {
  /// Returns free memory within the heap to the kernel (malloc_trim(3)). The allocator itself returns only what is free
  /// at the heap's end, and a small block there can keep a large one from being returned. The time is proportional to
  /// the heap, so this is not for a turn of the engine.
  public static func returnFree() { clinux_return_memory() }

  /// Keeps `bytes` of heap (at most 4 MiB) in memory, so that later allocations neither call the kernel nor wait for a
  /// page.
  public static func reserveHeap(bytes: Int) { clinux_reserve_heap(bytes) }

  /// Returns the unmodified pages of the program and its libraries to the kernel. Pages come back when they are used,
  /// so pages that only the start needed stay out. A process that must not wait for a disk locks its memory afterwards,
  /// and what it has used once stays (``RealTime/lockMemory()``).
  public static func returnProgram() { clinux_return_file_pages() }
}
