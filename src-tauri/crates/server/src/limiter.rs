//! How many joins one address may have under way.

/// One join under way. While it lives it counts against its address; whoever answers the join keeps it until the viewer
/// is connected or gone, and then drops it.
#[derive(Debug, Default)]
pub struct JoinTicket {}
