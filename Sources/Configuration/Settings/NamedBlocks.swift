import ConfigurationModel
import ConfigurationSyntax

/// The blocks of one kind, each with a name of its own.
struct NamedBlocks<Model: NamedModel> {
  let block: Block<Model>
  let table: ActionTable<BlockReading<Model>>
  /// The blocks in the order of the file.
  var readings: [BlockReading<Model>] = []
  private var index = NameIndex()

  init(_ block: Block<Model>, _ schema: Schema) {
    self.block = block
    table = ActionTable(schema, block: block.path, block.actions)
  }

  /// The block of a name.
  mutating func find(_ name: String) -> BlockReading<Model>? { index.find(name, in: readings) }

  /// The models of the blocks, without incomplete ones.
  var models: [Model] { readings.compactMap(block.model) }
}

extension NamedBlocks where Model: TrackableModel {
  /// The block of a name as a trackable thing.
  mutating func trackable(_ name: String) -> Trackable? {
    find(name).map {
      Trackable(name: $0.name, weight: $0.weight, reverse: $0.reverse, isComplete: block.isComplete($0))
    }
  }
}
