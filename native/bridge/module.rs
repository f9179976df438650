//! The built-in module `_krait`: what the `krait` package needs from native code.

use crate::py::{Gil, Object, Owned, Result};
use crate::runtime;

use super::JavaObject;

fn current_namespace<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
    gil.long(runtime::current_namespace())
}

/// Makes `_krait` importable in the running interpreter.
pub fn register(gil: Gil<'_>, domain: &runtime::Domain) -> Result<()> {
    let module = gil.import(c"types")?.call_method(gil, c"ModuleType", &[&*gil.str("_krait")?])?;
    let function = gil.function(c"current_namespace", current_namespace)?;
    module.set_attr(gil, &*gil.str("current_namespace")?, &function)?;
    let class = JavaObject::class(gil, domain)?;
    module.set_attr(gil, &*gil.str("JavaObject")?, class.object(gil))?;
    let modules = gil.import(c"sys")?.attr_str(gil, c"modules")?;
    modules.set_item(gil, &*gil.str("_krait")?, &module)
}
