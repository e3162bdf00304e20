/** The parts of ECharts that the console draws with, and no more. */
import { BarChart, GraphChart, LineChart, MapChart } from 'echarts/charts'
import { AriaComponent, BrushComponent, GeoComponent, GridComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, GraphChart, LineChart, MapChart, AriaComponent, BrushComponent, GeoComponent, GridComponent, TooltipComponent, VisualMapComponent, CanvasRenderer])
