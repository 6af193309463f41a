//! Where the numbers are computed: the processor, or a graphics processor where this build knows one.

use std::panic::AssertUnwindSafe;

use crate::Error;
use crate::gpu::Gpu;
use crate::host::Host;

/// What the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// A GPU if this build and this machine have one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A GPU, or an error.
    Gpu,
}

/// Where the numbers are computed.
#[derive(Debug, Clone)]
pub struct Device {
    inner: Inner,
    name: String,
    /// Why it is not a GPU.
    fallback: Option<String>,
}

/// A device's way to compute.
#[derive(Debug, Clone)]
pub(crate) enum Inner {
    /// The processor, by loops of our own.
    Host(Host),
    /// Anything that burn knows.
    #[cfg_attr(not(any(feature = "gpu", test)), expect(dead_code, reason = "only a build with a GPU makes one"))]
    Gpu(Gpu),
}

/// The number type that a GPU makes its products in; states, norms and scores are f32 everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// f32: states agree with those of a processor to rounding.
    #[default]
    Full,
    /// bf16, or f16 where that is all the GPU has: several times faster, states agree to about a hundredth.
    Half,
}

/// Runs `$body` with the device's engine as `$engine`; a GPU that is lost on the way is an error.
macro_rules! on_device {
    ($device:expr, $engine:ident => $body:expr) => {
        match $device.inner() {
            $crate::device::Inner::Host($engine) => $body,
            $crate::device::Inner::Gpu($engine) => $crate::device::guarded(|| $body),
        }
    };
}
pub(crate) use on_device;

/// The device that `choice` asks for, with products in `precision` if it is a GPU.
///
/// # Errors
/// [`Error::GpuFeature`] if a GPU is asked for and this build has none, [`Error::Gpu`] if none can be opened,
/// [`Error::HalfPrecision`] if it has no half-precision products and they are asked for.
pub fn open_device(choice: DeviceChoice, precision: Precision) -> Result<Device, Error> {
    match choice {
        DeviceChoice::Cpu => Ok(processor(None)),
        DeviceChoice::Gpu => gpu::open(precision).map(|(device, _)| device),
        DeviceChoice::Auto => match gpu::open(precision) {
            Ok((device, gpu::Adapter::Hardware)) => Ok(device),
            Ok((device, gpu::Adapter::Software)) => {
                Ok(processor(Some(format!("`{}` is no real GPU and slower than the processor", device.name))))
            }
            Err(error) => Ok(processor(Some(error.to_string()))),
        },
    }
}

impl Device {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why the processor was taken where a GPU would have been.
    pub fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// Whether it is a GPU.
    pub fn is_gpu(&self) -> bool {
        matches!(self.inner, Inner::Gpu(_))
    }

    /// The same device for burn's tensors; on the processor that is burn's own way to compute.
    pub fn tensors(&self) -> burn::tensor::Device {
        match &self.inner {
            Inner::Host(_) => burn::tensor::Device::flex(),
            Inner::Gpu(gpu) => gpu.device().clone(),
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }
}

fn processor(fallback: Option<String>) -> Device {
    Device { inner: Inner::Host(Host::new()), name: "cpu".into(), fallback }
}

/// Runs work on a GPU; its runtime panics when the device is lost or out of memory.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(Error::Execution(text.unwrap_or("lost or out of memory").into()))
    })
}

/// The tensor operations that a GPU would run, on the processor where a test can run them.
#[cfg(test)]
pub(crate) fn processor_as_gpu() -> Device {
    let gpu = Gpu::new(burn::tensor::Device::flex(), None, None);
    Device { inner: Inner::Gpu(gpu), name: "cpu as gpu".into(), fallback: None }
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::sync::OnceLock;

    use burn::tensor::DType;
    use burn::tensor::wgpu::wgpu::DeviceType;

    use super::{Device, Inner, Precision};
    use crate::Error;
    use crate::gpu::Gpu;

    /// Whether an adapter is a real GPU.
    #[derive(Debug, Clone, Copy)]
    pub(super) enum Adapter {
        Hardware,
        Software,
    }

    /// A GPU as it was opened.
    #[derive(Debug, Clone)]
    struct Opened {
        device: burn::tensor::Device,
        adapter: Adapter,
        name: String,
        /// Bytes that one array may have.
        largest: u64,
    }

    /// The GPU, opened once: the graphics runtime of a process cannot be opened again.
    static OPENED: OnceLock<Result<Opened, String>> = OnceLock::new();

    pub(super) fn open(precision: Precision) -> Result<(Device, Adapter), Error> {
        let opened = OPENED.get_or_init(first).clone().map_err(Error::Gpu)?;
        let has = |half: &DType| opened.device.supports_dtype(*half);
        let half = match precision {
            Precision::Full => None,
            Precision::Half => {
                let found = [DType::BF16, DType::F16].into_iter().find(has);
                Some(found.ok_or_else(|| Error::HalfPrecision(opened.name.clone()))?)
            }
        };
        let inner = Inner::Gpu(Gpu::new(opened.device, half, Some(opened.largest)));
        let name = match half {
            Some(half) => format!("{}, products in {}", opened.name, half.name()),
            None => opened.name,
        };
        Ok((Device { inner, name, fallback: None }, opened.adapter))
    }

    fn first() -> Result<Opened, String> {
        let options = burn::tensor::Device::wgpu_options();
        let (device, setup) = options.init_with_setup().map_err(|error| error.to_string())?;
        let (info, limits) = (setup.adapter.get_info(), setup.adapter.limits());
        Ok(Opened {
            device,
            adapter: if info.device_type == DeviceType::Cpu { Adapter::Software } else { Adapter::Hardware },
            name: format!("gpu: {}", info.name),
            largest: limits.max_buffer_size.min(u64::from(limits.max_storage_buffer_binding_size)),
        })
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use super::{Device, Precision};
    use crate::Error;

    /// Whether an adapter is a real GPU.
    #[expect(dead_code, reason = "a build without a GPU opens none")]
    pub(super) enum Adapter {
        Hardware,
        Software,
    }

    pub(super) fn open(_: Precision) -> Result<(Device, Adapter), Error> {
        Err(Error::GpuFeature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there() -> Result<(), Error> {
        assert_eq!(open_device(DeviceChoice::Cpu, Precision::Full)?.name(), "cpu");
        Ok(())
    }

    #[cfg(not(feature = "gpu"))]
    #[test]
    fn a_build_without_a_gpu_says_how_to_get_one() {
        let error = open_device(DeviceChoice::Gpu, Precision::Full).expect_err("no GPU in this build");
        assert!(error.to_string().contains("--features gpu"), "{error}");
    }
}
