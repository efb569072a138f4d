//! Whether the lock of a workspace works. A process that died holds none: nothing has to be removed.

use crate::store::Holder;

/// What is wrong with it.
pub fn findings(holder: &Holder) -> Vec<(String, String)> {
    match holder {
        Holder::Nobody | Holder::Process(_) => Vec::new(),
        Holder::Unknown(why) => {
            let advice = "keep workspaces on a local disk, and let no other program write `.lock`; a \
                          file there that is none of second-ear's may be removed";
            vec![(why.clone(), advice.into())]
        }
    }
}
