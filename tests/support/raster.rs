//! A small CPU rasteriser for egui's triangles: a picture of the editor without a window.

use egui::epaint::{ImageData, Mesh, Primitive, TextureId, Vertex};
use egui::{ClippedPrimitive, Color32, Rect};
use std::collections::HashMap;

/// Textures so far and the picture being painted.
pub(crate) struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
    textures: HashMap<TextureId, (usize, usize, Vec<Color32>)>,
    /// Pixels that a triangle touched outside the picture.
    pub(crate) outside: usize,
}

impl Raster {
    /// An empty picture.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![Color32::TRANSPARENT; width * height],
            textures: HashMap::new(),
            outside: 0,
        }
    }

    /// Takes over the textures of a frame.
    pub(crate) fn update_textures(&mut self, delta: &egui::TexturesDelta) {
        for (id, changes) in &delta.set {
            for change in changes {
                let ImageData::Color(image) = &change.image;
                let [width, height] = image.size;
                let [x0, y0] = change.pos.unwrap_or([0, 0]);
                if change.pos.is_none() {
                    let texture = (width, height, image.pixels.clone());
                    self.textures.insert(*id, texture);
                } else if let Some((stride, _, pixels)) = self.textures.get_mut(id) {
                    for y in 0..height {
                        let to = (y0 + y) * *stride + x0;
                        let from = y * width;
                        pixels[to..to + width].copy_from_slice(&image.pixels[from..from + width]);
                    }
                }
            }
        }
    }

    /// Paints tessellated shapes.
    pub(crate) fn paint(&mut self, primitives: &[ClippedPrimitive], pixels_per_point: f32) {
        for primitive in primitives {
            if let Primitive::Mesh(mesh) = &primitive.primitive {
                self.paint_mesh(mesh, primitive.clip_rect, pixels_per_point);
            }
        }
    }

    /// Rows of red, green, blue, alpha.
    pub(crate) fn rgba(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(Color32::to_array).collect()
    }

    /// The colour of a pixel.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> Color32 {
        self.pixels[y * self.width + x]
    }

    fn paint_mesh(&mut self, mesh: &Mesh, clip: Rect, scale: f32) {
        let texture = self.textures.remove(&mesh.texture_id);
        let (width, height, texels) = texture
            .as_ref()
            .expect("the texture was sent before its use");
        let sample = |u: f32, v: f32| bilinear(texels, *width, *height, u, v);
        let clip = Rect::from_min_max(
            (clip.min.to_vec2() * scale).round().to_pos2(),
            (clip.max.to_vec2() * scale).round().to_pos2(),
        );
        for corner in mesh.indices.chunks_exact(3) {
            let corners = [0, 1, 2].map(|n| mesh.vertices[corner[n] as usize]);
            self.paint_triangle(corners, clip, scale, &sample);
        }
        if let Some(texture) = texture {
            self.textures.insert(mesh.texture_id, texture);
        }
    }

    fn paint_triangle(
        &mut self,
        mut corners: [Vertex; 3],
        clip: Rect,
        scale: f32,
        sample: &dyn Fn(f32, f32) -> [f32; 4],
    ) {
        let place = |corner: &Vertex| {
            (
                f64::from(corner.pos.x * scale),
                f64::from(corner.pos.y * scale),
            )
        };
        let edge = |a: (f64, f64), b: (f64, f64), p: (f64, f64)| {
            (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0)
        };
        let mut points = [0, 1, 2].map(|n| place(&corners[n]));
        let mut area = edge(points[0], points[1], points[2]);
        if area < 0.0 {
            corners.swap(1, 2);
            points.swap(1, 2);
            area = -area;
        }
        if area == 0.0 {
            return;
        }
        let bound = |pick: fn(&(f64, f64)) -> f64| {
            let values = [0, 1, 2].map(|n| pick(&points[n]));
            (
                values.iter().copied().fold(f64::INFINITY, f64::min),
                values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        let ((x0, x1), (y0, y1)) = (bound(|p| p.0), bound(|p| p.1));
        let (cx0, cx1) = (f64::from(clip.left()), f64::from(clip.right()));
        let (cy0, cy1) = (f64::from(clip.top()), f64::from(clip.bottom()));
        let range = |low: f64, high: f64| (low - 0.5).ceil() as i64..=(high - 0.5).floor() as i64;
        // Most triangles are of one colour: no need to look at every pixel anew.
        let even = corners[1..]
            .iter()
            .all(|c| c.color == corners[0].color && c.uv == corners[0].uv);
        let texel = sample(corners[0].uv.x, corners[0].uv.y);
        let one: [f32; 4] =
            core::array::from_fn(|n| f32::from(corners[0].color.to_array()[n]) * texel[n] / 255.0);
        for y in range(y0.max(cy0), y1.min(cy1)) {
            for x in range(x0.max(cx0), x1.min(cx1)) {
                let p = (x as f64 + 0.5, y as f64 + 0.5);
                let mut weights = [0.0_f64; 3];
                let mut inside = true;
                for n in 0..3 {
                    let (a, b) = (points[(n + 1) % 3], points[(n + 2) % 3]);
                    let w = edge(a, b, p);
                    // An edge shared by two triangles belongs to the one above or left of it.
                    let owned = b.1 < a.1 || (b.1 == a.1 && b.0 > a.0);
                    inside &= w > 0.0 || (w == 0.0 && owned);
                    weights[n] = w / area;
                }
                if !inside {
                    continue;
                }
                if x < 0 || y < 0 || x >= self.width as i64 || y >= self.height as i64 {
                    self.outside += 1;
                    continue;
                }
                let mix = |pick: &dyn Fn(&Vertex) -> f32| -> f32 {
                    (0..3).map(|n| weights[n] as f32 * pick(&corners[n])).sum()
                };
                let source = if even {
                    one
                } else {
                    let texel = sample(mix(&|c| c.uv.x), mix(&|c| c.uv.y));
                    core::array::from_fn(|n| {
                        mix(&|c| f32::from(c.color.to_array()[n])) * texel[n] / 255.0
                    })
                };
                let pixel = &mut self.pixels[y as usize * self.width + x as usize];
                let under = pixel.to_array();
                let over: [u8; 4] = core::array::from_fn(|n| {
                    let value = source[n] + f32::from(under[n]) * (1.0 - source[3] / 255.0);
                    value.round().clamp(0.0, 255.0) as u8
                });
                *pixel = Color32::from_rgba_premultiplied(over[0], over[1], over[2], over[3]);
            }
        }
    }
}

fn bilinear(texels: &[Color32], width: usize, height: usize, u: f32, v: f32) -> [f32; 4] {
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let at = |dx: i64, dy: i64| {
        let x = (x.floor() as i64 + dx).clamp(0, width as i64 - 1) as usize;
        let y = (y.floor() as i64 + dy).clamp(0, height as i64 - 1) as usize;
        texels[y * width + x].to_array()
    };
    let (a, b, c, d) = (at(0, 0), at(1, 0), at(0, 1), at(1, 1));
    core::array::from_fn(|n| {
        let [a, b, c, d] = [a, b, c, d].map(|texel| f32::from(texel[n]));
        (a * (1.0 - fx) + b * fx) * (1.0 - fy) + (c * (1.0 - fx) + d * fx) * fy
    })
}
