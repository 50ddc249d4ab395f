extension Schema {
  /// Keywords of `vrrp_instance` and of the blocks in it.
  static let instance: [[Keyword]] = [
    Block.instance.keywords, Block.authentication.keywords, Block.trailer.keywords,
  ]

  /// Keywords of `vrrp_sync_group` and of the options of its value blocks.
  static let syncGroup: [[Keyword]] = [Block.group.keywords, trackingOptions(in: "vrrp_sync_group")]
}
